package api

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel/trace"

	"concordat/enforcement"
	"concordat/enforcement/change"
	"concordat/enforcement/paper"
	"concordat/enforcement/register"
	"concordat/internal/access"
	"concordat/internal/api/body"
	"concordat/internal/edge"
	"concordat/memoranda/day"
	"concordat/notify"
)

// Config is what the edge stands on; every field but Demo and
// UploadLimit must be set.
type Config struct {
	Register *register.Offices
	Tokens   *access.Tokens
	Inbox    *notify.Inbox
	// Carriers carry out the changes that a second operator confirms.
	Carriers change.Carriers
	// Legal is legal time: when acts happen.
	Legal func() time.Time
	// Log gets one line per request and one per fault.
	Log zerolog.Logger
	// Demo marks every page and answer as a demonstration.
	Demo bool
	// UploadLimit is how large an uploaded file may be, in bytes; 0 means 256 MiB.
	UploadLimit int64
	// Ready tells whether the database can be worked with; see [edge.DatabaseReady].
	Ready func(ctx context.Context) error
	// LargeWait is how long a request with large papers waits for its place; 0 means 10 s.
	LargeWait time.Duration
	// Queues is the page of the queues, served to operators at [QueuesPath]; nil is
	// none.
	Queues http.Handler
	// Tracers takes spans of requests; nil is nobody.
	Tracers trace.TracerProvider
	// Answered is told of every request that was answered, by the pattern of its
	// route; nil is nobody.
	Answered func(ctx context.Context, method, route string, status int, took time.Duration)
}

const (
	// maxBody is how much of a request body is read, in bytes.
	maxBody = 1 << 20
	// maxOpen is how much of one where anybody may ask, without a token.
	maxOpen = 16 << 10
)

// server is the edge: its handlers are methods in the files of their nouns.
type server struct {
	Config

	door *edge.Door
	// large are the bodies with papers that are in memory.
	large  edge.Bodies
	router chi.Router
	api    huma.API
	// names are the fields and parameters of the schema: nothing else is named in
	// a problem.
	names map[string]bool
}

// policy is the Content-Security-Policy of all answers but pages: nothing of them
// is shown.
const policy = "default-src 'none'; frame-ancestors 'none'"

// New builds the handler of /v1, /docs, /healthz and /readyz.
func New(c Config) (http.Handler, error) {
	if c.Register == nil || c.Tokens == nil || c.Inbox == nil || c.Carriers == nil || c.Legal == nil || c.Ready == nil {
		return nil, errors.New("build the API: a field of its configuration is not set")
	}
	s := &server{Config: c, door: &edge.Door{
		Register: c.Register, Tokens: c.Tokens, Legal: c.Legal, Log: c.Log, Demo: c.Demo, Ready: c.Ready, Tracers: c.Tracers, Answered: c.Answered,
	}}
	s.large.Wait = c.LargeWait
	s.router = s.door.Router(policy)
	s.api = humachi.New(s.router, s.humaConfig())
	s.routes()
	s.documentErrors()
	s.names = schemaNames(s.api.OpenAPI())
	s.documentWebhooks()
	s.door.Health(s.router)
	s.admin()
	return s.router, s.documentation()
}

// routes registers every endpoint, in the order of the documentation.
func (s *server) routes() {
	meRoutes(s)
	organisationRoutes(s)
	subjectRoutes(s)
	caseRoutes(s)
	listingRoutes(s)
	decisionRoutes(s)
	wordRoutes(s)
	changeRoutes(s)
	correctionRoutes(s)
	endRoutes(s)
	orderRoutes(s)
	administrativeRoutes(s)
	rewardRoutes(s)
	exclusionRoutes(s)
	paperRoutes(s)
	taskRoutes(s)
	directiveRoutes(s)
	keptRoutes(s)
	inboxRoutes(s)
	noticeRoutes(s)
	incidentRoutes(s)
	holdRoutes(s)
	proposalRoutes(s)
	staffRoutes(s)
	reconciliationRoutes(s)
	confirmationRoutes(s)
	importRoutes(s)
	explainRoutes(s)
	memorandaRoutes(s)
	measureRoutes(s)
	resolveRoutes(s)
	publicRoutes(s)
}

// version is the version of the interface: its first number is the one in /v1.
const version = "1.0.0"

// humaConfig leaves out what huma would do by itself: its documentation page
// (which loads from elsewhere), its schema addresses, and the hook that adds
// $schema to every body.
func (s *server) humaConfig() huma.Config {
	config := huma.DefaultConfig("Concordat", version)
	config.Info.Description = "Joint reward and punishment memoranda as lawful case work. 联合奖惩备忘录案件管理接口。"
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil
	config.RejectUnknownQueryParameters = true
	strict := huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: body.Unmarshal}
	config.Formats = map[string]huma.Format{"application/json": strict, "json": strict}
	config.Transformers = []huma.Transformer{s.transform}
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	config.Components.Schemas.RegisterTypeAlias(reflect.TypeFor[enforcement.ID](), reflect.TypeFor[idText]())
	config.Components.Schemas.RegisterTypeAlias(reflect.TypeFor[day.Day](), reflect.TypeFor[dayText]())
	config.Components.Schemas.RegisterTypeAlias(reflect.TypeFor[paper.Purpose](), reflect.TypeFor[purposeText]())
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		bearer: {Type: "http", Scheme: "bearer", Description: "A token that an operator issued, cct_…; 由运维人员签发的访问令牌。"},
	}
	return config
}

// operation says how an endpoint is reached and by whom.
type operation struct {
	method, path, id string
	tag              tag
	zh, en           string
	// roles may come here; none means everybody, without a token.
	roles []enforcement.Role
	// signer is what others of these people are told, where the law names who decides.
	signer string
	people []enforcement.Role
	// fieldRoles are the roles that may fill a field, where not all of roles may.
	fieldRoles map[string][]enforcement.Role
	// moves are those behind this door.
	moves []string
	// lifts are those of them that lift, and need no If-Match.
	lifts []string
	// status of success; 0 means 200.
	status int
	// personal: the answer names subjects, so what is kept of it for repetitions is
	// forgotten when a subject is shredded.
	personal bool
	// bodyNotHashed: an Idempotency-Key is taken for the same whatever the body, as
	// where a large body is known by its content elsewhere.
	bodyNotHashed bool
	// papered: its request may carry papers, and so be larger than others.
	papered bool
	// urgent: it is no move, and lifts; its papers wait for nobody else's.
	urgent bool
}

// add registers an endpoint. The handler gets the act that its request is, with
// actor, time and key.
func add[I, O any](s *server, o operation, handle func(ctx context.Context, act enforcement.Act, in *I) (*O, error)) {
	op := huma.Operation{
		Method: o.method, Path: o.path, OperationID: o.id, DefaultStatus: o.status,
		Summary: o.en, Tags: []string{string(o.tag)}, MaxBodyBytes: maxBody,
		Extensions:  map[string]any{"x-summary-zh": o.zh},
		Middlewares: huma.Middlewares{s.admit(o)},
		Responses:   map[string]*huma.Response{"default": {Ref: problemResponse}},
	}
	switch {
	case o.papered:
		op.MaxBodyBytes = maxPapered
	case o.roles == nil:
		op.MaxBodyBytes = maxOpen
	}
	if o.roles != nil {
		op.Security = []map[string][]string{{bearer: {}}}
		op.Extensions["x-roles"] = o.roles
	}
	if o.fieldRoles != nil {
		op.Extensions["x-field-roles"] = o.fieldRoles
	}
	if o.moves != nil {
		op.Extensions["x-moves"] = o.moves
	}
	if o.lifts != nil {
		op.Extensions["x-lifts"] = o.lifts
	}
	if o.signer != "" {
		op.Extensions["x-signer"] = o.signer
	}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		act, answered, err := s.door.Act(ctx)
		if err != nil {
			return nil, told{s.door.Problem(ctx, err)}
		}
		if answered {
			return new(O), nil
		}
		out, err := handle(ctx, act, in)
		if err != nil {
			return nil, told{s.door.Problem(ctx, err)}
		}
		return out, nil
	})
}

// admit lets the endpoint's roles pass, before the body is read.
func (s *server) admit(o operation) func(huma.Context, func(huma.Context)) {
	e := edge.Endpoint{Roles: o.roles, Route: o.method + " " + o.path, Personal: o.personal, BodyNotHashed: o.bodyNotHashed, Signer: o.signer, People: o.people}
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humachi.Unwrap(ctx)
		err := s.door.Admit(w, r, e, func(w http.ResponseWriter, r *http.Request) {
			if o.papered && (r.ContentLength > maxBody || r.ContentLength < 0) {
				leave, err := s.large.Enter(r.Context(), edge.VisitOf(r.Context()).Actor, o.urgent || o.lifts != nil)
				if err != nil {
					s.door.Fail(w, r, err)
					return
				}
				defer leave()
			}
			next(humachi.NewContext(ctx.Operation(), r, w))
		})
		if err != nil {
			s.door.Fail(w, r, err)
		}
	}
}
