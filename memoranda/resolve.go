package memoranda

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"concordat/memoranda/day"
)

// Errors of [Catalogue.Resolve]: the question itself cannot be asked.
var (
	ErrUnknownListType = errors.New("no such list type")
	ErrUnknownSubject  = errors.New("no such kind of subject")
	ErrUnknownGround   = errors.New("no such kind of ground")
	ErrNoDay           = errors.New("no day given")
	ErrOtherCatalogue  = errors.New("attestations were made for another catalogue")
)

// Question asks what reaches one kind of subject under one kind of ground.
type Question struct {
	ListType string
	Subject  SubjectKind // under an order: what the restricted person named in it is
	On       day.Day
	Ground   GroundKind
	// OtherConduct is true of a court's listing that rests on conduct 2 to 6 alone
	// (法释〔2017〕7号 Art. 1): not on being able to perform and refusing.
	OtherConduct bool
	// Attested is what lawyers have stated; nil is nothing.
	Attested *Attestations
	// RequireAttestation keeps out what is not attested, as production does.
	RequireAttestation bool
}

// Edition names a memorandum edition a resolution was made from. Hash is
// [Catalogue.EditionHash].
type Edition struct {
	Memorandum string   `json:"memorandum"`
	Name       string   `json:"name"`
	From       day.Day  `json:"from,omitzero"`
	Until      day.Day  `json:"until,omitzero"`
	Hash       [32]byte `json:"-"`
}

// Resolution says of every measure of the editions in force whether it is in or
// out, both in the editions' order. A list type may stand under several memoranda
// at a time; without an edition nothing was in force.
type Resolution struct {
	Editions []Edition   `json:"editions"` // sorted by memorandum
	Included []Inclusion `json:"included"`
	Excluded []Exclusion `json:"excluded"`
}

// Reason is why a measure is in or out, as a code and in words.
type Reason struct {
	Code string `json:"code"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

// Inclusion is a measure that reaches the subject.
type Inclusion struct {
	// Memorandum is the slug of the measure's memorandum.
	Memorandum string   `json:"memorandum"`
	Measure    *Measure `json:"measure"`
	// Inform marks what is told and never ordered.
	Inform bool `json:"inform,omitempty"`
	// Bodies are the roles that hold it on that day, sorted.
	Bodies []string `json:"bodies"`
	// Bases are the citations in force on that day (and attested, where that is
	// required), sufficient ones first.
	Bases            []Citation `json:"bases"`
	BasicListItem    string     `json:"basic_list_item,omitempty"`
	BasicListEdition string     `json:"basic_list_edition,omitempty"`
	// Territory is where to look for the bodies' organisations.
	Territory Territory `json:"territory"`
	Reason    Reason    `json:"reason"`
}

// Exclusion is a measure that does not reach the subject.
type Exclusion struct {
	Memorandum string   `json:"memorandum"`
	Measure    *Measure `json:"measure"`
	Reason
}

// Resolve answers the question. It depends on nothing but the catalogue and the
// question. Where no memorandum of the list type is in force on the day the
// resolution is empty.
func (c *Catalogue) Resolve(q Question) (Resolution, error) {
	if err := c.askable(q); err != nil {
		return Resolution{}, err
	}
	var r Resolution
	a := answer{catalogue: c, question: q, list: c.BasicListOn(q.On), listType: c.listTypes[q.ListType]}
	a.footing = c.Footing(a.listType, q.On)
	for m := range c.memorandaOn(q.ListType, q.On) {
		a.memorandum = m
		r.Editions = append(r.Editions, Edition{Memorandum: m.Slug, Name: m.Edition, From: m.From, Until: m.Until, Hash: m.hash})
		r.Included = slices.Grow(r.Included, len(m.Measures))
		r.Excluded = slices.Grow(r.Excluded, len(m.Measures))
		for i := range m.Measures {
			if m.ListOf(&m.Measures[i]) != q.ListType {
				continue // the same document's other list
			}
			in, code := a.judge(&m.Measures[i])
			if code != "" {
				r.Excluded = append(r.Excluded, Exclusion{Memorandum: m.Slug, Measure: &m.Measures[i], Reason: reasons[code]})
				continue
			}
			r.Included = append(r.Included, in)
		}
	}
	return r, nil
}

func (c *Catalogue) askable(q Question) error {
	switch {
	case c.listTypes[q.ListType] == nil:
		return fmt.Errorf("%q: %w", q.ListType, ErrUnknownListType)
	case !slices.Contains(SubjectKinds(), q.Subject):
		return fmt.Errorf("%q: %w", q.Subject, ErrUnknownSubject)
	case !slices.Contains(GroundKinds(), q.Ground):
		return fmt.Errorf("%q: %w", q.Ground, ErrUnknownGround)
	case q.On.IsZero():
		return ErrNoDay
	case q.Attested != nil && q.Attested.catalogue != c.hash:
		return ErrOtherCatalogue
	}
	return nil
}

// memorandaOn yields the editions of a list type that stand on a day, by slug. It
// relies on the loader's order, and on its refusal of overlapping editions of one
// memorandum.
func (c *Catalogue) memorandaOn(listType string, on day.Day) iter.Seq[*Memorandum] {
	return func(yield func(*Memorandum) bool) {
		for i := range c.Memoranda {
			m := &c.Memoranda[i]
			if slices.Contains(m.ListTypes, listType) && m.Status.Carries() && within(on, m.From, m.Until) && !yield(m) {
				return
			}
		}
	}
}

// BasicListOn returns the basic-list edition that stands on a day, or nil.
func (c *Catalogue) BasicListOn(on day.Day) *BasicListEdition {
	for i := range slices.Backward(c.BasicList.Editions) {
		e := &c.BasicList.Editions[i]
		if e.From > on {
			continue
		}
		if !e.Until.IsZero() && e.Until < on {
			return nil
		}
		return e
	}
	return nil
}

// within reports from ≤ on ≤ until; zero bounds are open.
func within(on, from, until day.Day) bool {
	return on >= from && (until.IsZero() || on <= until)
}

// answer is one question being answered.
type answer struct {
	catalogue  *Catalogue
	question   Question
	memorandum *Memorandum
	list       *BasicListEdition // nil: none stands
	listType   *ListType
	footing    Footing
}

// judge returns the inclusion, or the code of the first condition that fails.
func (a *answer) judge(m *Measure) (Inclusion, string) {
	if code := groundCode(m.Mode, a.listType.Kind, a.question.Ground); code != "" {
		return Inclusion{}, code
	}
	switch {
	case a.footing == FootingNone:
		return Inclusion{}, ExcludedNoFooting
	case !within(a.question.On, m.From, m.Until):
		return Inclusion{}, ExcludedNotValidOnDay
	case !m.Status.Carries():
		return Inclusion{}, ExcludedStatus
	case !m.ReachesSubject(a.question.Subject):
		return Inclusion{}, reachCode(m)
	case len(m.Bases) == 0:
		return Inclusion{}, ExcludedNoBasis
	}
	cited, sufficient := a.catalogue.citable(m, a.question.On, nil)
	if !sufficient {
		return Inclusion{}, ExcludedNoBasisArticle
	}
	edition := a.editionOf(m)
	if edition == "" && m.Mode.needsItem() && a.listType.Kind == Punish {
		return Inclusion{}, ExcludedNotOnBasicList
	}
	attested, byLawyer := a.question.Attested.measure(a.memorandum, m.Slug)
	if m.Evidence == Unverified && !byLawyer {
		return Inclusion{}, ExcludedUnverified
	}
	if a.question.RequireAttestation {
		cited, sufficient = a.catalogue.citable(m, a.question.On, a.question.Attested)
		listed := edition == "" || a.question.Attested.BasicListEdition(edition)
		if !attested || !sufficient || !listed {
			return Inclusion{}, ExcludedNotAttested
		}
	}
	if a.question.OtherConduct && !a.catalogue.reachesAll(m, cited) {
		return Inclusion{}, ExcludedNeedsAble
	}
	item := m.BasicListItem
	if edition == "" {
		item = ""
	}
	return Inclusion{
		Memorandum: a.memorandum.Slug, Measure: m, Inform: m.Mode == Inform,
		Bodies: a.catalogue.currentRoles(m, a.question.On), Bases: cited,
		BasicListItem: item, BasicListEdition: edition,
		Territory: m.Territory.For(a.question.Subject),
		Reason:    reasons[includedCode(m.Mode, a.question.Ground)],
	}, ""
}

// editionOf returns the basic-list edition on which the measure's item stands
// that day, or nothing.
func (a *answer) editionOf(m *Measure) string {
	if a.list == nil || m.BasicListItem == "" {
		return ""
	}
	if _, found := slices.BinarySearch(a.list.Items, m.BasicListItem); !found {
		return ""
	}
	return a.list.Name
}

// groundCode says whether a ground carries a mode: nothing if it does.
func groundCode(mode Mode, list ListKind, ground GroundKind) string {
	needed, code := OnListing, ExcludedNeedsListing
	switch mode { //nolint:exhaustive // all other modes rest on a listing
	case Criminal:
		return ExcludedNeverByDirective
	case Consumption:
		needed, code = OnOrder, ExcludedNeedsOwnOrder
	case Exit, Assist:
		needed, code = OnCourtRequest, ExcludedNeedsCourtRequest
	case Grant:
		needed, code = OnReward, ExcludedNeedsReward
	case Publish, Honour, Inform:
		if list == Reward {
			needed, code = OnReward, ExcludedNeedsReward
		}
	}
	if ground == needed {
		return ""
	}
	return code
}

func reachCode(m *Measure) string {
	if slices.ContainsFunc(m.Reaches, Reach.IsSubject) {
		return ExcludedDoesNotReachSubject
	}
	return ExcludedAnsweredOnStatusCheck
}

// citable returns a measure's citations in force on a day, sufficient ones first,
// and whether one suffices. With attestations, only those whose basis is attested.
func (c *Catalogue) citable(m *Measure, on day.Day, attested *Attestations) ([]Citation, bool) {
	sufficient := make([]Citation, 0, len(m.Bases))
	var beside []Citation
	for _, one := range m.Bases {
		basis := c.bases[one.Basis]
		if !within(on, basis.From, basis.Until) || (attested != nil && !attested.Basis(one.Basis)) {
			continue
		}
		if m.Mode == Grant || basis.suffices(one) {
			sufficient = append(sufficient, one)
		} else {
			beside = append(beside, one)
		}
	}
	return append(sufficient, beside...), len(sufficient) > 0
}

// reachesAll says whether one of the citations that carry a measure speaks of more than of
// who can perform and refuses.
func (c *Catalogue) reachesAll(m *Measure, cited []Citation) bool {
	return slices.ContainsFunc(cited, func(one Citation) bool {
		basis := c.bases[one.Basis]
		return (m.Mode == Grant || basis.suffices(one)) && (one.Clause == "" || one.Clause != basis.AbleClause)
	})
}

// suffices says whether a citation alone can carry a measure (see the package
// comment).
func (b *LegalBasis) suffices(at Citation) bool {
	switch {
	case !b.Kind.carriesMeasure():
		return false
	case b.Kind.IsPolicy():
		return at.Clause != ""
	default:
		return at.Article != ""
	}
}
