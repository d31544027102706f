package api

import (
	"context"
	"net/http"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/explain"
	"concordat/enforcement/plan"
	"concordat/internal/edge"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// MeasureLine is one measure of an edition that stands on the day.
type MeasureLine struct {
	Memorandum    string               `json:"memorandum"`
	Edition       string               `json:"edition"`
	Slug          string               `json:"slug"`
	ListType      string               `json:"list_type"`
	Clause        string               `json:"clause,omitempty"`
	ZH            string               `json:"zh"`
	EN            string               `json:"en"`
	Mode          memoranda.Mode       `json:"mode"`
	Bodies        []string             `json:"bodies" nullable:"false" doc:"As the memorandum names them"`
	Holders       []string             `json:"holders" nullable:"false" doc:"Who holds those roles on the day"`
	Reaches       []memoranda.Reach    `json:"reaches" nullable:"false"`
	Territory     memoranda.Territory  `json:"territory"`
	Bases         []memoranda.Citation `json:"bases" nullable:"false"`
	BasicListItem string               `json:"basic_list_item,omitempty"`
	From          day.Day              `json:"from,omitzero" doc:"Where it is not the edition's"`
	Until         day.Day              `json:"until,omitzero" doc:"Where it is not the edition's"`
	Status        memoranda.Status     `json:"status"`
	Evidence      memoranda.Evidence   `json:"evidence"`
	Attested      bool                 `json:"attested"`
}

// MeasuresPage asks for measures.
type MeasuresPage struct {
	Unchanged
	OnDay
	Page

	Memorandum string         `query:"memorandum" maxLength:"100"`
	ListType   string         `query:"list_type" maxLength:"64"`
	OfBody     string         `query:"body" maxLength:"64" doc:"Named by the memorandum or holding its role on the day"`
	Mode       memoranda.Mode `query:"mode" enum:"prohibit,restrict,strict-review,prudential-reference,supervise,publish,honour,grant,inform,consumption,exit,assist,criminal"`
}

// MeasuresBody is a page of measures.
type MeasuresBody struct {
	Items []MeasureLine `json:"items" nullable:"false"`
	Next  string        `json:"next,omitempty" doc:"Cursor of the next page; absent on the last one"`
}

// OneMeasure asks for a measure.
type OneMeasure struct {
	Unchanged
	OnDay

	Memorandum string `path:"memorandum" maxLength:"100"`
	Slug       string `path:"slug" maxLength:"100"`
}

// MeasureView is a measure with what carries it on the day.
type MeasureView struct {
	MeasureLine

	InForce        bool               `json:"in_force" doc:"Whether an edition with it stands on the day and its status carries it"`
	Note           string             `json:"note,omitempty"`
	LegalBases     []explain.Basis    `json:"legal_bases" nullable:"false"`
	BasicList      *explain.BasicList `json:"basic_list,omitempty"`
	HeldBy         []explain.Body     `json:"held_by" nullable:"false" doc:"How each role came to its holder; stands and region are not asked here"`
	AttestedOn     day.Day            `json:"attested_on,omitzero"`
	ForDemoAlone   bool               `json:"demonstration,omitempty" doc:"Attested for demonstration alone"`
	MemorandumZH   string             `json:"memorandum_zh"`
	MemorandumEN   string             `json:"memorandum_en"`
	DocumentNumber *string            `json:"number" nullable:"true"`
}

func measureRoutes(s *server) {
	own := library{s}
	add(s, operation{
		method: http.MethodGet, path: "/v1/measures", id: "list-measures", tag: tagMemoranda,
		zh: "当日版本中的措施", en: "List the measures of the editions that stand on a day",
	}, own.measures)
	add(s, operation{
		method: http.MethodGet, path: "/v1/measures/{memorandum}/{slug}", id: "get-measure", tag: tagMemoranda,
		zh: "查看一项措施及其依据、清单事项和成员单位", en: "Read a measure with its legal bases, basic-list item and bodies",
	}, own.measure)
}

// measures pages by place in the catalogue: a page mark holds as long as no other
// edition is adopted in between.
func (s library) measures(ctx context.Context, act enforcement.Act, in *MeasuresPage) (*Kept[MeasuresBody], error) {
	on, err := in.day(s.server, act)
	if err != nil {
		return nil, err
	}
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	c, attested, err := s.library(ctx)
	if err != nil {
		return nil, err
	}
	body, place := MeasuresBody{Items: []MeasureLine{}}, enforcement.OrganisationID(0)
	for i := range c.Memoranda {
		m := &c.Memoranda[i]
		for k := range m.Measures {
			place++
			line := measureLine(c, attested, m, &m.Measures[k], on)
			if !standsOn(m, on) || !in.wants(line) || !later(edge.Numbered(place), after) {
				continue
			}
			if len(body.Items) == in.Limit {
				return kept(in.Unchanged, body)
			}
			body.Items = append(body.Items, line)
			if len(body.Items) == in.Limit {
				body.Next = edge.Cursor(edge.Numbered(place))
			}
		}
	}
	body.Next = ""
	return kept(in.Unchanged, body)
}

func later(a, b enforcement.ID) bool { return slices.Compare(a[:], b[:]) > 0 }

func standsOn(m *memoranda.Memorandum, on day.Day) bool {
	return m.From <= on && (m.Until.IsZero() || on <= m.Until)
}

func (in *MeasuresPage) wants(m MeasureLine) bool {
	return (in.Memorandum == "" || in.Memorandum == m.Memorandum) && (in.ListType == "" || in.ListType == m.ListType) &&
		(in.Mode == "" || in.Mode == m.Mode) && (in.OfBody == "" || slices.Contains(m.Bodies, in.OfBody) || slices.Contains(m.Holders, in.OfBody))
}

func measureLine(c *memoranda.Catalogue, attested *memoranda.Attestations, m *memoranda.Memorandum, measure *memoranda.Measure, on day.Day) MeasureLine {
	line := MeasureLine{
		Memorandum: m.Slug, Edition: m.Edition, Slug: measure.Slug, ListType: m.ListOf(measure), Clause: measure.Clause, ZH: measure.ZH, EN: measure.EN,
		Mode: measure.Mode, Bodies: append([]string{}, measure.Bodies...), Holders: []string{}, Reaches: append([]memoranda.Reach{}, measure.Reaches...),
		Territory: measure.Territory, Bases: append([]memoranda.Citation{}, measure.Bases...), BasicListItem: measure.BasicListItem,
		From: measure.From, Until: measure.Until, Status: measure.Status, Evidence: measure.Evidence,
		Attested: attested.Measure(m.Slug, m.Edition, measure.Slug),
	}
	for _, body := range measure.Bodies {
		line.Holders = append(line.Holders, c.BodyFor(body, measure.Slug, on)...)
	}
	slices.Sort(line.Holders)
	line.Holders = slices.Compact(line.Holders)
	return line
}

func (s library) measure(ctx context.Context, act enforcement.Act, in *OneMeasure) (*Kept[MeasureView], error) {
	on, err := in.day(s.server, act)
	if err != nil {
		return nil, err
	}
	c, attested, err := s.library(ctx)
	if err != nil {
		return nil, err
	}
	explained, ok := s.Register.Explainer.MeasureOn(plan.MeasureName{Memorandum: in.Memorandum, Slug: in.Slug}, on)
	if !ok {
		return nil, refuse(edge.CodeNoMeasure)
	}
	m := c.Memorandum(explained.Memorandum, explained.Edition)
	measure := m.Measure(in.Slug)
	view := MeasureView{
		MeasureLine: measureLine(c, attested, m, measure, on), Note: measure.Note, LegalBases: explained.Bases, BasicList: explained.BasicList,
		HeldBy: explained.Bodies, MemorandumZH: m.ZH, MemorandumEN: m.EN,
		InForce: standsOn(m, on) && m.Status.Carries() && measure.Status.Carries(),
	}
	if m.Number != "" {
		view.DocumentNumber = &m.Number
	}
	// Who stated it is no public matter.
	for _, statement := range explained.Attestations {
		if statement.Of == "measure" {
			view.AttestedOn, view.ForDemoAlone = statement.When, statement.Demonstration
		}
	}
	return kept(in.Unchanged, view)
}
