package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/enforcement/ground"
	"concordat/enforcement/hold"
	"concordat/enforcement/paper"
	"concordat/enforcement/record"
	"concordat/enforcement/register"
	"concordat/internal/i18n"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// kind is one kind of case as the edge shows it: what it may ask of the record, by
// the table of its moves.
type kind[C any] struct {
	table *ground.Table
	// personal: an answer may carry what is sealed for the owner.
	personal bool
	tag      tag
	read     func(ctx context.Context, act enforcement.Act, id enforcement.ID, beside ...pg.Ask) (C, error)
	list     func(ctx context.Context, act enforcement.Act, w ground.Wanted) ([]C, error)
	moves    func(ctx context.Context, act enforcement.Act, id enforcement.ID) (int, []ground.Offer, error)
	id       func(C) enforcement.ID
	version  func(C) int
}

// Moved is a case after a move.
type Moved[C any] struct {
	ETag string `header:"ETag"`
	Body C
}

// Offers are the moves of a case for who asks.
type Offers struct {
	ETag string `header:"ETag"`
	Body struct {
		Moves []OfferView `json:"moves" nullable:"false"`
	}
}

// OfferView is one move of a case: possible for who asks now, or why not and who
// could.
type OfferView struct {
	Move    string             `json:"move"`
	ZH      string             `json:"zh"`
	EN      string             `json:"en"`
	Group   ground.Group       `json:"group" enum:"advance,correct,end,brake,remedy"`
	Address string             `json:"address,omitempty" doc:"POST here, with If-Match unless it lifts; absent for what nobody can ask for"`
	Lifts   bool               `json:"lifts" doc:"It only takes from what the subject bears: no If-Match is needed"`
	Choice  *ground.Choice     `json:"choice,omitempty" doc:"The field and value that pick it behind this address"`
	Allowed bool               `json:"allowed" doc:"Possible for you now, as far as its content does not decide"`
	Until   day.Day            `json:"until,omitzero" doc:"Last day for it, where a running clock or the case sets one"`
	Because *Because           `json:"because,omitempty" doc:"Why it is not possible for you now"`
	Who     []enforcement.Role `json:"who" nullable:"false" doc:"Who could, of the organisation that owns the case"`
	NotBy   []ground.Person    `json:"not_by,omitempty" doc:"It must be another person than these"`
	Needs   []ground.Need      `json:"needs" nullable:"false"`
	Papers  []ground.PaperNeed `json:"papers" nullable:"false" doc:"The papers it names: in the request, or of the file by id"`
	Missing []ground.Lack      `json:"missing,omitempty" nullable:"false" doc:"Papers of the facts that it waits for and the file does not hold; whoever may bring papers brings them"`
	Effect  ground.Effect      `json:"effect" enum:"none,puts-in-force,amends,takes-away,gives-back,ends,gives-up" doc:"What it does to the directives"`
	Source  ground.Source      `json:"source"`
}

// Because is a refusal in both languages.
type Because struct {
	Code string `json:"code"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

// changing is a request that names a case and the version it was read in.
type changing interface {
	change() ground.Change
}

// addCases registers what every kind of case has: its list and the moves that it
// offers. P is the kind's page of a list.
func addCases[C, P any](s *server, k *kind[C], zh, en string, wanted func(*P) (ground.Wanted, error)) {
	name := strings.TrimPrefix(k.table.Collection, "/v1/")
	readers := append(slices.Clone(k.table.People), enforcement.Overseer)
	add(s, operation{method: http.MethodGet, path: k.table.Collection, id: "list-" + name, tag: k.tag, roles: readers, zh: zh, en: en},
		func(ctx context.Context, act enforcement.Act, in *P) (*List[C], error) {
			w, err := wanted(in)
			if err != nil {
				return nil, err
			}
			limit := w.Limit
			w.Limit++
			list, err := k.list(ctx, act, w)
			if err != nil {
				return nil, err
			}
			return listed(list, limit, k.id), nil
		})
	add(s, operation{
		method: http.MethodGet, path: k.table.Collection + "/{id}/moves", id: "moves-" + name, tag: k.tag, roles: readers,
		zh: "现在可以办理哪些步骤；不能办理的说明原因和何人可以办理", en: "What can be done now, until when; of every other move why not and who could",
	}, func(ctx context.Context, act enforcement.Act, in *Path) (*Offers, error) {
		version, offers, err := k.moves(ctx, act, in.ID)
		if err != nil {
			return nil, err
		}
		out := Offers{ETag: etag(version)}
		out.Body.Moves = make([]OfferView, 0, len(offers))
		for _, o := range offers {
			out.Body.Moves = append(out.Body.Moves, offerView(k.table, in.ID, o))
		}
		return &out, nil
	})
}

// MissingPapers are those that the owner of a case now owes.
type MissingPapers struct {
	Body struct {
		Missing []paper.Purpose `json:"missing" nullable:"false" doc:"What they prove; each is owed in three working days, then the case is suspended"`
	}
}

// addAsking registers the door by which somebody asks for the papers of a case in force.
func addAsking[C any](s *server, k *kind[C], ask func(ctx context.Context, act enforcement.Act, id enforcement.ID) ([]paper.Purpose, error)) {
	add(s, operation{
		method: http.MethodPost, path: k.table.Collection + "/{id}/papers/request", id: "ask-papers-" + strings.TrimPrefix(k.table.Collection, "/v1/"), tag: k.tag,
		roles: append(slices.Clone(k.table.People), enforcement.Overseer),
		zh:    "请求补交生效案件各步骤的文书；三个工作日内未补交的，中止", en: "Ask for the papers of the steps of a case in force; what is not brought in three working days suspends it",
	}, func(ctx context.Context, act enforcement.Act, in *Asked) (*MissingPapers, error) {
		missing, err := ask(ctx, act, in.ID)
		if err != nil {
			return nil, err
		}
		var out MissingPapers
		out.Body.Missing = append([]paper.Purpose{}, missing...)
		return &out, nil
	})
}

// Asked is a request that says nothing but of which case.
type Asked struct {
	Path
	Repeatable
}

func offerView(t *ground.Table, id enforcement.ID, o ground.Offer) OfferView {
	m := o.Move
	v := OfferView{
		Move: string(m.Name), ZH: m.ZH, EN: m.EN, Group: m.Group, Choice: m.Choice, Allowed: o.Because == nil, Until: o.Until,
		Who: m.Roles, NotBy: m.NotBy, Needs: append([]ground.Need{}, m.Needs...), Papers: append([]ground.PaperNeed{}, m.Papers...), Missing: o.Missing, Effect: m.Effect, Source: m.Source, Lifts: t.Lifts(m),
	}
	if m.Door != "" {
		v.Address = t.Collection + "/" + id.String() + "/" + m.Door
	}
	if b := o.Because; b != nil {
		v.Because = &Because{b.Code, i18n.Words(i18n.Chinese, b.Code, b.Args), i18n.Words(i18n.English, b.Code, b.Args)}
	}
	return v
}

// addMove registers the door of one or more moves: who may come there, and its
// words, are those of the table. do makes the move, which asks for the version that was
// read where it burdens; the answer is the case as it then stands.
func addMove[C any, I changing](s *server, k *kind[C], door, id string, group tag, do func(ctx context.Context, act enforcement.Act, c ground.Change, in *I) error) {
	o := operation{method: http.MethodPost, path: k.table.Collection + "/{id}/" + door, id: id, tag: group, personal: k.personal}
	var zh, en []string
	for _, m := range k.table.At(door) {
		zh, en = append(zh, m.ZH), append(en, m.EN)
		o.papered = o.papered || len(m.Papers) > 0
		o.moves = append(o.moves, string(m.Name))
		if k.table.Lifts(m) {
			o.lifts = append(o.lifts, string(m.Name))
		}
		for _, role := range m.Roles {
			if role != enforcement.System && !slices.Contains(o.roles, role) {
				o.roles = append(o.roles, role)
			}
		}
		if m.Signer != "" {
			o.signer, o.people = m.Signer, k.table.People
		}
	}
	o.zh, o.en = strings.Join(zh, "；"), strings.Join(en, "; ")
	add(s, o, func(ctx context.Context, act enforcement.Act, in *I) (*Moved[C], error) {
		c, left := (*in).change(), []C(nil)
		if !k.personal { // else what is read is opened too
			c.Into = &left
		}
		if err := do(ctx, act, c, in); err != nil {
			return nil, err
		}
		if len(left) == 0 { // or it was done before
			found, err := k.read(ctx, act, c.Ground)
			if err != nil {
				return nil, err
			}
			left = []C{found}
		}
		return &Moved[C]{ETag: etag(k.version(left[0])), Body: left[0]}, nil
	})
}

// Hanging is what hangs on a case of any kind.
type Hanging struct {
	Directives []DirectiveView `json:"directives" nullable:"false"`
	Clocks     []docket.Clock  `json:"clocks" nullable:"false"`
	Events     []record.Entry  `json:"events" nullable:"false"`
	Holds      []hold.Hold     `json:"holds" nullable:"false" doc:"Holds that stop anything of it now"`
}

// asks asks for it beside the case, so that it is read for who may read that; told
// takes the answers up. Of the directives it shows what is in force today: what an
// edition took away is gone at once, also from those whose withdrawal is still to be
// written.
func (h *Hanging) asks(r *register.Offices, act enforcement.Act, ground enforcement.ID) (asks []pg.Ask, told func(ctx context.Context) error) {
	directives := r.Directives.AskOn(ground, r.Record.Today(act.At))
	asks = append(directives.Asks(),
		pg.All(docket.ClocksOf(r.Record.DB, ground), &h.Clocks),
		pg.All(record.EntriesOf(r.Record.DB, ground), &h.Events),
		pg.All(hold.Over(r.Record.DB, ground), &h.Holds))
	return asks, func(ctx context.Context) error {
		list, err := directives.List(ctx)
		h.Directives, h.Clocks, h.Holds = viewDirectives(list), append([]docket.Clock{}, h.Clocks...), append([]hold.Hold{}, h.Holds...)
		return err
	}
}

// Burden is what hangs on a case that burdens.
type Burden struct {
	Hanging

	Kept []KeptView `json:"kept" nullable:"false" doc:"What departments keep on their own basis after its withdrawal; it counts as kept, never as withdrawn"`
}

// asks is [Hanging.asks], with what is kept.
func (b *Burden) asks(r *register.Offices, act enforcement.Act, ground enforcement.ID) (asks []pg.Ask, told func(ctx context.Context) error) {
	kept := r.Directives.AskKeptOf(ground, r.Record.Today(act.At))
	asks, hangs := b.Hanging.asks(r, act, ground)
	return append(asks, kept.Ask()), func(ctx context.Context) error {
		b.Kept = viewKept(kept.List())
		return hangs(ctx)
	}
}
