package api

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"concordat/enforcement"
	"concordat/enforcement/intake"
	"concordat/enforcement/paper"
	"concordat/internal/edge"
)

// imports takes courts' files in.
type imports struct{ *server }

const (
	// uploadLimit is how large a file may be where the configuration says
	// nothing, in bytes.
	uploadLimit = 256 << 20
	// uploadPause is how long nothing may come while a file is coming in.
	uploadPause = 30 * time.Second
	uploadType  = "application/octet-stream"
)

// NewImport is a file to be read. Its body is the file and is not read before
// the handler runs.
type NewImport struct {
	Repeatable

	Kind        intake.Kind `query:"kind" required:"true" enum:"listings" doc:"listings: every good row becomes a draft"`
	ContentType string      `header:"Content-Type" doc:"application/octet-stream"`
	file        io.ReadCloser
}

// Resolve gets hold of the body.
func (n *NewImport) Resolve(ctx huma.Context) []error {
	r, w := humachi.Unwrap(ctx)
	n.file = &steady{from: ctx.BodyReader(), control: http.NewResponseController(w), ctx: r.Context()}
	return nil
}

// steady reads as long as something keeps coming: a large file on a slow line
// takes longer than the server gives an ordinary request. A server that cannot
// change its deadlines keeps those it has.
type steady struct {
	from       io.Reader
	control    *http.ResponseController
	ctx        context.Context //nolint:containedctx // the request's, which gets more time as something comes
	impatience *time.Timer     // running from the first Read to Close
}

// Read is io.Reader.
func (s *steady) Read(p []byte) (int, error) {
	if s.impatience == nil {
		_, _ = s.control.SetReadDeadline(time.Time{}), s.control.SetWriteDeadline(time.Time{})
		s.impatience = time.AfterFunc(uploadPause, func() { _ = s.control.SetReadDeadline(time.Unix(1, 0)) })
	}
	s.impatience.Reset(uploadPause)
	edge.MoreTime(s.ctx, 2*uploadPause)
	return s.from.Read(p) //nolint:wrapcheck // the reader's own error is what counts
}

// Close ends the waiting; the server closes the body.
func (s *steady) Close() error {
	if s.impatience != nil {
		s.impatience.Stop()
	}
	return nil
}

// StartedImport is a run that was begun, or found.
type StartedImport struct {
	Location string `header:"Location"`
	Body     intake.Run
}

// ImportFile is a run.
type ImportFile struct{ Body intake.Run }

// RefusalsPage asks for refused rows.
type RefusalsPage struct {
	Path
	Page
}

// ReviewClosure closes a review item.
type ReviewClosure struct {
	Path
	Repeatable

	Body struct {
		Reason string `json:"reason" enum:"entered-by-hand,ended,not-listed"`
	}
}

// TakeoverStatement is what a second person states over a takeover.
type TakeoverStatement struct {
	Path
	Repeatable

	Body struct {
		File      string `json:"file_sha256" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of the file as it lies before you"`
		Statement string `json:"statement_sha256" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of the signed statement"`
	}
}

func importRoutes(s *server) {
	own := imports{s}
	add(s, operation{
		method: http.MethodPost, path: "/v1/imports", id: "start-import", tag: tagImports, roles: []enforcement.Role{enforcement.Clerk, enforcement.Judge},
		status: http.StatusAccepted, bodyNotHashed: true,
		zh: "上传名单文件（CSV、XLSX 或每行一个对象的 JSON），逐行形成草稿", en: "Upload a file of listings (CSV, XLSX or JSON lines); its rows become drafts",
	}, own.startImport)
	add(s, operation{
		method: http.MethodGet, path: "/v1/imports", id: "list-imports", tag: tagImports, roles: ofCourt,
		zh: "本院导入记录", en: "List the imports of my court",
	}, own.imports)
	add(s, operation{
		method: http.MethodGet, path: "/v1/imports/{id}", id: "get-import", tag: tagImports, roles: ofCourt,
		zh: "查看导入进度", en: "See how far an import is",
	}, own.importRun)
	add(s, operation{
		method: http.MethodGet, path: "/v1/imports/{id}/refusals", id: "list-import-refusals", tag: tagImports, roles: ofCourt,
		zh: "未被接受的行及其理由", en: "List the rows that were not taken, and why",
	}, own.importRefusals)
	add(s, operation{
		method: http.MethodPost, path: "/v1/imports/{id}/statement", id: "confirm-takeover", tag: tagImports, roles: ofCourt,
		zh: "作为第二人确认接管：对同一文件、同一声明", en: "Confirm a takeover as the second person, over the same file and statement",
	}, own.confirmTakeover)
	add(s, operation{
		method: http.MethodGet, path: "/v1/imports/{id}/statement", id: "read-takeover-statement", tag: tagImports, roles: ofCourt,
		zh: "读取接管声明；每次读取均有记录", en: "Read the statement of a takeover; every reading is logged",
	}, own.readStatement)
	add(s, operation{
		method: http.MethodGet, path: "/v1/imports/{id}/remarks", id: "list-import-remarks", tag: tagImports, roles: ofCourt,
		zh: "文件及已接受的行须留意之处（隐藏的行和列、未读取的工作表）", en: "List what is told of the file and of rows that were taken: hidden rows and columns, sheets that were not read",
	}, own.importRemarks)
	add(s, operation{
		method: http.MethodGet, path: "/v1/reviews", id: "list-reviews", tag: tagImports, roles: ofCourt,
		zh: "接管时须人工核对的记录", en: "List what a takeover left for a person to look at",
	}, own.reviews)
	add(s, operation{
		method: http.MethodPost, path: "/v1/reviews/{id}/closure", id: "close-review", tag: tagImports, roles: ofJudges,
		zh: "办结核对", en: "Close a review with what became of it",
	}, own.closeReview)
	op := s.api.OpenAPI().Paths["/v1/imports"].Post
	op.RequestBody = &huma.RequestBody{Required: true, Description: "The file. 文件本身。", Content: map[string]*huma.MediaType{
		uploadType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
	}}
}

func (s imports) startImport(ctx context.Context, act enforcement.Act, in *NewImport) (*StartedImport, error) {
	defer func() { _ = in.file.Close() }()
	if kind, _, err := mime.ParseMediaType(in.ContentType); err != nil || kind != uploadType {
		return nil, refuse(edge.CodeUploadType)
	}
	limit := s.UploadLimit
	if limit == 0 {
		limit = uploadLimit
	}
	upload, err := s.Register.Intake.ReceiveUpload(ctx, act, in.Kind, http.MaxBytesReader(nil, in.file, limit))
	if err != nil {
		return nil, uploadProblem(err)
	}
	run, err := s.Register.Intake.Start(ctx, act, intake.NewRun{Kind: in.Kind, Content: upload.Content, Size: upload.Size, Upload: upload.ID})
	if err != nil || run.Upload != upload.ID {
		// Refused, or the file is known and read, or being read, already.
		err = errors.Join(err, s.Register.Intake.ForgetUpload(context.WithoutCancel(ctx), upload.ID))
	}
	if err != nil {
		return nil, err
	}
	return &StartedImport{Location: "/v1/imports/" + run.ID.String(), Body: run}, nil
}

// uploadProblem says why a file did not arrive.
func uploadProblem(err error) error {
	if !errors.Is(err, intake.ErrUploadBroken) {
		return err
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return refuse(edge.CodeUploadSize)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return refuse(edge.CodeBodyTimeout)
	}
	return refuse(edge.CodeUploadBroken)
}

func (s imports) imports(ctx context.Context, act enforcement.Act, in *Page) (*List[intake.Run], error) {
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	list, err := s.Register.Intake.List(ctx, act, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(list, in.Limit, func(i intake.Run) enforcement.ID { return i.ID }), nil
}

func (s imports) importRun(ctx context.Context, act enforcement.Act, in *Path) (*ImportFile, error) {
	run, err := s.Register.Intake.Get(ctx, act, in.ID)
	if err != nil {
		return nil, err
	}
	return &ImportFile{run}, nil
}

func (s imports) readStatement(ctx context.Context, act enforcement.Act, in *Path) (*huma.StreamResponse, error) {
	run, err := s.Register.Intake.Get(ctx, act, in.ID)
	if err == nil && run.Statement.IsZero() {
		err = enforcement.Refuse("not-found")
	}
	if err != nil {
		return nil, err
	}
	return s.readPaper(ctx, act, paper.Holder{Owner: run.Court, Serves: run.ID}, run.Statement)
}

func (s imports) confirmTakeover(ctx context.Context, act enforcement.Act, in *TakeoverStatement) (*ImportFile, error) {
	var stated intake.Stated
	_, first := hex.Decode(stated.File[:], []byte(in.Body.File))
	_, second := hex.Decode(stated.Statement[:], []byte(in.Body.Statement))
	if err := errors.Join(first, second); err != nil {
		return nil, fmt.Errorf("read the hashes of a takeover: %w", err)
	}
	run, err := s.Register.Intake.Confirm(ctx, act, in.ID, stated)
	if err != nil {
		return nil, err
	}
	return &ImportFile{run}, nil
}

func (s imports) importRefusals(ctx context.Context, act enforcement.Act, in *RefusalsPage) (*List[intake.Refusal], error) {
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	list, err := s.Register.Intake.Refusals(ctx, act, in.ID, numbered(after), in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(list, in.Limit, func(f intake.Refusal) enforcement.ID { return numberID(f.Line) }), nil
}

func (s imports) importRemarks(ctx context.Context, act enforcement.Act, in *RefusalsPage) (*List[intake.FileRemark], error) {
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	list, err := s.Register.Intake.Remarks(ctx, act, in.ID, numbered(after), in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(list, in.Limit, func(k intake.FileRemark) enforcement.ID { return numberID(k.Number) }), nil
}

// numberID is a cursor that holds a line or a number, numbered what it holds.
func numberID(n int64) (id enforcement.ID) {
	binary.BigEndian.PutUint64(id[:8], uint64(n)) //nolint:gosec // lines and numbers are positive
	return id
}

func numbered(id enforcement.ID) int64 {
	return int64(binary.BigEndian.Uint64(id[:8])) //nolint:gosec // our own cursor; a made one finds nothing
}

func (s imports) reviews(ctx context.Context, act enforcement.Act, in *Page) (*List[intake.ReviewItem], error) {
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	list, err := s.Register.Intake.Reviews(ctx, act, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(list, in.Limit, func(i intake.ReviewItem) enforcement.ID { return i.ID }), nil
}

func (s imports) closeReview(ctx context.Context, act enforcement.Act, in *ReviewClosure) (*Done, error) {
	return nil, s.Register.Intake.CloseReview(ctx, act, in.ID, in.Body.Reason)
}
