package api

import (
	"context"
	"encoding/hex"
	"net/http"
	"slices"

	"concordat/enforcement"
	"concordat/internal/edge"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// MemorandumLine is one memorandum in the list: the edition that stands on the
// day, or else the nearest.
type MemorandumLine struct {
	Slug      string                   `json:"slug"`
	ZH        string                   `json:"zh"`
	EN        string                   `json:"en"`
	Kind      memoranda.DocumentKind   `json:"kind" enum:"memorandum,notice,opinion,action-plan"`
	Number    *string                  `json:"number" nullable:"true" doc:"Document number; null where it is not known or there is none"`
	ListTypes []string                 `json:"list_types" nullable:"false"`
	Edition   string                   `json:"edition"`
	Editions  []string                 `json:"editions" nullable:"false" doc:"Names of all editions, the first one first"`
	From      day.Day                  `json:"from"`
	Until     day.Day                  `json:"until,omitzero"`
	InForce   bool                     `json:"in_force" doc:"Whether the edition stands on the day and its status carries it"`
	Status    memoranda.Status         `json:"status"`
	Evidence  memoranda.Evidence       `json:"evidence"`
	Hash      string                   `json:"hash" doc:"SHA-256 of the edition's content, hexadecimal"`
	Counts    MemorandumCounts         `json:"counts"`
	Counted   *memoranda.Counted       `json:"counted,omitempty" doc:"Totals that were published of it"`
	Modes     map[memoranda.Mode]int   `json:"modes" doc:"Encoded measures by mode"`
	States    map[memoranda.Status]int `json:"statuses" doc:"Encoded measures by status"`
}

// MemorandumCounts counts what is encoded of an edition.
type MemorandumCounts struct {
	Measures    int `json:"measures"`
	Signatories int `json:"signatories" doc:"0: not known"`
	Attested    int `json:"attested" doc:"Measures whose encoding a statement covers"`
	Unverified  int `json:"unverified" doc:"Measures that nobody verified"`
}

// MemorandaPage asks for memoranda.
type MemorandaPage struct {
	Unchanged
	OnDay

	ListType string `query:"list_type" maxLength:"64" doc:"Only those that stand on this list"`
}

// OneMemorandum asks for a memorandum in an edition.
type OneMemorandum struct {
	Unchanged
	OnDay

	Slug    string `path:"slug" maxLength:"100"`
	Edition string `query:"edition" maxLength:"64" doc:"Name of the edition; if left out, the one that stands on the day"`
}

// MemorandumView is an edition with all that is encoded of it.
type MemorandumView struct {
	Line       MemorandumLine       `json:"line"`
	Memorandum memoranda.Memorandum `json:"memorandum"`
}

// ListTypeView is a list type with what it stands on, on the day.
type ListTypeView struct {
	memoranda.ListType

	Footing memoranda.Footing `json:"footing" enum:"lawful,provisional,none" doc:"What the list stands on, on the day"`
}

// OneListType asks for a list type.
type OneListType struct {
	Unchanged
	OnDay

	Slug string `path:"slug" maxLength:"100"`
}

// ListTypesPage asks for list types.
type ListTypesPage struct {
	Unchanged
	OnDay
}

func memorandaRoutes(s *server) {
	own := library{s}
	add(s, operation{
		method: http.MethodGet, path: "/v1/memoranda", id: "list-memoranda", tag: tagMemoranda,
		zh: "备忘录列表", en: "List the memoranda",
	}, own.memoranda)
	add(s, operation{
		method: http.MethodGet, path: "/v1/memoranda/{slug}", id: "get-memorandum", tag: tagMemoranda,
		zh: "查看备忘录的一个版本", en: "Read an edition of a memorandum",
	}, own.memorandum)
	add(s, operation{
		method: http.MethodGet, path: "/v1/list-types", id: "list-list-types", tag: tagMemoranda,
		zh: "名单类型及其依据、期限、告知和公示、修复规则", en: "List the kinds of list with their footing, terms, windows and repair",
	}, own.listTypes)
	add(s, operation{
		method: http.MethodGet, path: "/v1/list-types/{slug}", id: "get-list-type", tag: tagMemoranda,
		zh: "查看一种名单", en: "Read a kind of list",
	}, own.listType)
}

func (s library) memoranda(ctx context.Context, act enforcement.Act, in *MemorandaPage) (*Kept[Items[MemorandumLine]], error) {
	on, err := in.day(s.server, act)
	if err != nil {
		return nil, err
	}
	c, attested, err := s.library(ctx)
	if err != nil {
		return nil, err
	}
	body := Items[MemorandumLine]{Items: []MemorandumLine{}}
	for i := range c.Memoranda {
		m := &c.Memoranda[i]
		if nearestEdition(c, m.Slug, on) != m || (in.ListType != "" && !slices.Contains(m.ListTypes, in.ListType)) {
			continue
		}
		body.Items = append(body.Items, memorandumLine(c, attested, m, on))
	}
	return kept(in.Unchanged, body)
}

func (s library) memorandum(ctx context.Context, act enforcement.Act, in *OneMemorandum) (*Kept[MemorandumView], error) {
	on, err := in.day(s.server, act)
	if err != nil {
		return nil, err
	}
	c, attested, err := s.library(ctx)
	if err != nil {
		return nil, err
	}
	m := nearestEdition(c, in.Slug, on)
	if in.Edition != "" {
		m = c.Memorandum(in.Slug, in.Edition)
	}
	if m == nil {
		return nil, refuse(edge.CodeNoMemorandum)
	}
	return kept(in.Unchanged, MemorandumView{Line: memorandumLine(c, attested, m, on), Memorandum: *m})
}

// nearestEdition is the edition that stands on a day, or else the latest one begun
// by then, or else the first; nil for an unknown memorandum.
func nearestEdition(c *memoranda.Catalogue, slug string, on day.Day) *memoranda.Memorandum {
	var nearest *memoranda.Memorandum
	for i := range c.Memoranda {
		if m := &c.Memoranda[i]; m.Slug == slug && (nearest == nil || m.From <= on) {
			nearest = m
		}
	}
	return nearest
}

func memorandumLine(c *memoranda.Catalogue, attested *memoranda.Attestations, m *memoranda.Memorandum, on day.Day) MemorandumLine {
	hash := c.EditionHash(m)
	line := MemorandumLine{
		Slug: m.Slug, ZH: m.ZH, EN: m.EN, Kind: m.Kind, ListTypes: append([]string{}, m.ListTypes...), Edition: m.Edition, Editions: []string{},
		From: m.From, Until: m.Until, Status: m.Status, Evidence: m.Evidence, Hash: hex.EncodeToString(hash[:]), Counted: m.Counted,
		InForce: m.Status.Carries() && m.From <= on && (m.Until.IsZero() || on <= m.Until),
		Counts:  MemorandumCounts{Measures: len(m.Measures), Signatories: len(m.Signatories)},
		Modes:   map[memoranda.Mode]int{}, States: map[memoranda.Status]int{},
	}
	if m.Number != "" {
		line.Number = &m.Number
	}
	for i := range c.Memoranda {
		if c.Memoranda[i].Slug == m.Slug {
			line.Editions = append(line.Editions, c.Memoranda[i].Edition)
		}
	}
	for i := range m.Measures {
		measure := &m.Measures[i]
		line.Modes[measure.Mode]++
		line.States[measure.Status]++
		if attested.Measure(m.Slug, m.Edition, measure.Slug) {
			line.Counts.Attested++
		}
		if measure.Evidence == memoranda.Unverified {
			line.Counts.Unverified++
		}
	}
	return line
}

func (s library) listTypes(ctx context.Context, act enforcement.Act, in *ListTypesPage) (*Kept[Items[ListTypeView]], error) {
	on, err := in.day(s.server, act)
	if err != nil {
		return nil, err
	}
	c, _, err := s.library(ctx)
	if err != nil {
		return nil, err
	}
	body := Items[ListTypeView]{Items: make([]ListTypeView, 0, len(c.ListTypes))}
	for i := range c.ListTypes {
		t := &c.ListTypes[i]
		body.Items = append(body.Items, ListTypeView{ListType: *t, Footing: c.Footing(t, on)})
	}
	return kept(in.Unchanged, body)
}

func (s library) listType(ctx context.Context, act enforcement.Act, in *OneListType) (*Kept[ListTypeView], error) {
	on, err := in.day(s.server, act)
	if err != nil {
		return nil, err
	}
	c, _, err := s.library(ctx)
	if err != nil {
		return nil, err
	}
	t := c.ListType(in.Slug)
	if t == nil {
		return nil, refuse(edge.CodeNoListType)
	}
	return kept(in.Unchanged, ListTypeView{ListType: *t, Footing: c.Footing(t, on)})
}
