package api

import (
	"context"
	"net/http"

	"concordat/enforcement"
	"concordat/enforcement/explain"
	"concordat/enforcement/plan"
	"concordat/internal/edge"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// ResolveQuestion asks what reaches a kind of subject. It is never about a person,
// and there is no place in it for one, nor for a score.
type ResolveQuestion struct {
	Body struct {
		ListType    string                `json:"list_type" maxLength:"64"`
		SubjectKind memoranda.SubjectKind `json:"subject_kind" enum:"natural-person,legal-person,sole-trader,other-organisation"`
		Ground      memoranda.GroundKind  `json:"ground,omitempty" enum:"listing,order,court-request,reward" doc:"listing, or reward for a list that rewards, if left out"`
		On          day.Day               `json:"on,omitzero" doc:"The day, Asia/Shanghai; today if left out"`
		Territory   string                `json:"territory,omitempty" pattern:"^([0-9]{2}){0,3}$" doc:"GB/T 2260 code of the region the list owner serves; with it, who carries each measure out"`
		Region      string                `json:"region,omitempty" pattern:"^([0-9]{2}){0,3}$" doc:"GB/T 2260 code of the subject's registration or residence"`
		Other       bool                  `json:"other_conduct,omitempty" doc:"For a court's listing that rests on conduct 2 to 6 alone (法释〔2017〕7号 Art. 1)"`
		Unattested  bool                  `json:"unattested,omitempty" doc:"Include what no lawyer has attested, which is never sent"`
	}
}

// ResolveAnswer says of every measure on the list whether it is in or out and why.
type ResolveAnswer struct {
	Body struct {
		On       day.Day             `json:"on"`
		Footing  memoranda.Footing   `json:"footing" enum:"lawful,provisional,none"`
		Editions []memoranda.Edition `json:"editions" nullable:"false"`
		Included []IncludedMeasure   `json:"included" nullable:"false"`
		Excluded []ExcludedLine      `json:"excluded" nullable:"false"`
		// With a territory only.
		Lines []plan.Line `json:"lines,omitempty" nullable:"false" doc:"Which organisation carries what out; with a territory only"`
		Gaps  []plan.Gap  `json:"gaps,omitempty" nullable:"false" doc:"Bodies that no organisation stands for; with a territory only"`
	}
}

// IncludedMeasure is a measure that reaches the kind of subject.
type IncludedMeasure struct {
	Memorandum       string               `json:"memorandum"`
	Measure          string               `json:"measure"`
	ZH               string               `json:"zh"`
	EN               string               `json:"en"`
	Mode             memoranda.Mode       `json:"mode"`
	Inform           bool                 `json:"inform,omitempty"`
	Bodies           []string             `json:"bodies" nullable:"false" doc:"Who holds the roles on the day"`
	Bases            []memoranda.Citation `json:"bases" nullable:"false" doc:"In force on the day, sufficient ones first"`
	BasicListItem    string               `json:"basic_list_item,omitempty"`
	BasicListEdition string               `json:"basic_list_edition,omitempty"`
	Territory        memoranda.Territory  `json:"territory"`
	Reason           memoranda.Reason     `json:"reason"`
}

// ExcludedLine is a measure that does not reach the kind of subject.
type ExcludedLine struct {
	Memorandum string           `json:"memorandum"`
	Measure    string           `json:"measure"`
	ZH         string           `json:"zh"`
	EN         string           `json:"en"`
	Reason     memoranda.Reason `json:"reason"`
}

func resolveRoutes(s *server) {
	own := library{s}
	add(s, operation{
		method: http.MethodPost, path: "/v1/resolve", id: "resolve", tag: tagMemoranda,
		zh: "某类主体在某日适用哪些措施、不适用哪些及其原因（不涉及任何人）", en: "Ask which measures reach a kind of subject on a day, and why others do not; never about a person",
	}, own.resolve)
}

func (s library) resolve(ctx context.Context, act enforcement.Act, in *ResolveQuestion) (*ResolveAnswer, error) {
	b := in.Body
	c, _, err := s.library(ctx)
	if err != nil {
		return nil, err
	}
	t := c.ListType(b.ListType)
	if t == nil {
		return nil, refuse(edge.CodeResolveList)
	}
	if b.On.IsZero() {
		b.On = s.Register.Record.Today(act.At)
	}
	if b.Ground == "" {
		b.Ground = memoranda.OnListing
		if t.Kind == memoranda.Reward {
			b.Ground = memoranda.OnReward
		}
	}
	reach, err := s.Register.Explainer.Reach(ctx, explain.Reaching{
		ListType: b.ListType, Subject: b.SubjectKind, Ground: b.Ground, On: b.On, Territory: b.Territory, Region: b.Region, Unattested: b.Unattested, OtherConduct: b.Other,
	})
	if err != nil {
		return nil, err
	}
	var out ResolveAnswer
	out.Body.On, out.Body.Footing = b.On, c.Footing(t, b.On)
	out.Body.Editions = append([]memoranda.Edition{}, reach.Editions...)
	out.Body.Included = make([]IncludedMeasure, 0, len(reach.Included))
	for _, one := range reach.Included {
		out.Body.Included = append(out.Body.Included, IncludedMeasure{
			Memorandum: one.Memorandum, Measure: one.Measure.Slug, ZH: one.Measure.ZH, EN: one.Measure.EN, Mode: one.Measure.Mode, Inform: one.Inform,
			Bodies: one.Bodies, Bases: one.Bases, BasicListItem: one.BasicListItem, BasicListEdition: one.BasicListEdition, Territory: one.Territory, Reason: one.Reason,
		})
	}
	out.Body.Excluded = make([]ExcludedLine, 0, len(reach.Excluded))
	for _, one := range reach.Excluded {
		out.Body.Excluded = append(out.Body.Excluded, ExcludedLine{
			Memorandum: one.Memorandum, Measure: one.Measure.Slug, ZH: one.Measure.ZH, EN: one.Measure.EN, Reason: one.Reason,
		})
	}
	out.Body.Lines, out.Body.Gaps = reach.Lines, reach.Gaps
	return &out, nil
}
