package explain

import (
	"strconv"
	"strings"

	"concordat/internal/i18n"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Sentences says the explanation in words, step by step in the order of the
// chain. What is left out of the data is not spoken of.
func (e Explanation) Sentences(lang i18n.Language) []string {
	w := wording{lang: lang, on: e.On.String()}
	w.verdict(e)
	w.decision(e.Decision)
	w.listType(e.ListType)
	for _, m := range e.Measures {
		w.measure(m, e.Organisation)
	}
	if o := e.Organisation; o != nil {
		w.say("organisation", "organisation", w.either(o.NameZH, o.NameEN), "serves", w.region(o.Serves))
	}
	w.state(e.State)
	w.end(e.End)
	return w.lines
}

// wording collects the sentences of one language.
type wording struct {
	lang  i18n.Language
	on    string
	lines []string
}

// say adds a sentence; pairs are argument names and values in turn.
func (w *wording) say(key string, pairs ...string) {
	w.lines = append(w.lines, w.sentence(key, pairs...))
}

func (w *wording) sentence(key string, pairs ...string) string {
	args := map[string]string{"on": w.on}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i]] = pairs[i+1]
	}
	return i18n.Sentence(w.lang, key, args)
}

func (w *wording) either(zh, en string) string {
	if w.lang == i18n.Chinese {
		return zh
	}
	return en
}

func (w *wording) why(r memoranda.Reason) string { return w.either(r.ZH, r.EN) }

func (w *wording) yes(b bool) string {
	if b {
		return w.sentence("yes")
	}
	return w.sentence("no")
}

// dated is a day's text, empty for no day.
func dated(d day.Day) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func (w *wording) verdict(e Explanation) {
	key := "applied.no"
	if e.Applied {
		key = "applied.yes"
	}
	w.say(key, "subject", e.Subject.ID.String(), "subject-kind", string(e.Subject.Kind), "name", e.Subject.Name, "why", w.why(e.Reason))
	if e.OwnRecords && e.Decision == nil {
		w.say("own-records")
	}
}

func (w *wording) decision(d *Decision) {
	if d == nil {
		return
	}
	owner := w.either(d.OwnerZH, d.OwnerEN)
	if d.Reference == "" {
		w.say("decision.pending", "owner", owner)
		return
	}
	key := "decision." + string(d.Kind)
	if d.WindowUntil != 0 {
		key = "decision.administrative"
	}
	w.say(key, "owner", owner, "reference", d.Reference, "decided", dated(d.DecidedOn), "case", d.CaseNumber,
		"served", dated(d.ServedOn), "published", dated(d.PublishedOn), "in-force", dated(d.InForceOn), "basis", d.Basis, "noticed", dated(d.NoticeServedOn), "window", dated(d.WindowUntil), "announced", dated(d.AnnouncedOn))
	for _, c := range d.Circumstances {
		w.say("circumstance", "what", w.either(c.ZH, c.EN), "source", c.Source)
	}
	for _, v := range d.Reviews {
		w.say("review", "opened", dated(v.OpenedOn), "noticed", dated(v.NoticedOn), "until", dated(v.AnswerUntil), "answered", dated(v.AnsweredOn),
			"decided", dated(v.DecidedOn), "outcome-of-review", v.Outcome, "basis", v.Basis)
	}
}

func (w *wording) listType(t *ListType) {
	if t == nil {
		return
	}
	w.say("list-type", "list", w.either(t.ZH, t.EN), "slug", t.Slug, "list-kind", string(t.Kind), "authority", t.Authority, "footing", footing(t))
	for _, b := range t.Bases {
		w.say("list-basis", "basis", b.Title, "place", b.Article+b.Clause)
	}
}

// footing says what a list stands on; one that rewards needs less.
func footing(t *ListType) string {
	if t.Kind == memoranda.Reward && t.Footing == memoranda.FootingLawful {
		return "reward"
	}
	return string(t.Footing)
}

func (w *wording) measure(m Measure, o *Organisation) {
	key := "measure.unapplied"
	if m.Applied {
		key = "measure.applied"
	}
	w.say(key, "measure", w.either(m.ZH, m.EN), "mode", string(m.Mode), "why", w.why(m.Reason))
	if m.Edition == "" {
		return
	}
	w.say("memorandum", "memorandum", w.either(m.MemorandumZH, m.MemorandumEN), "number", m.Number, "edition", m.Edition,
		"from", dated(m.EditionFrom), "until", dated(m.EditionUntil), "clause", m.Clause, "evidence", string(m.Evidence))
	for _, b := range m.Bases {
		key := "basis.lapsed"
		if b.InForce {
			key = "basis.in-force"
		}
		w.say(key, "basis", b.Title, "place", b.Article+b.Clause, "basis-kind", string(b.Kind), "verified", w.yes(b.Verified))
	}
	if len(m.Bases) == 0 {
		w.say("basis.none")
	}
	if m.BasicList != nil || m.Mode != memoranda.Grant { // the basic list is of punishments
		w.basicList(m.BasicList)
	}
	w.attestations(m)
	for _, b := range m.Bodies {
		w.body(b, m.Territory, o != nil)
	}
	if r := m.Report; r != nil {
		w.say("report", "day", dated(r.ReportedOn), "outcome", string(r.Outcome), "refusal-reason", r.Reason, "basis", r.Basis, "until", dated(r.KeptUntil))
		w.kept(r.Kept)
	}
}

// kept says on which decision a measure is kept, and what is said of that.
func (w *wording) kept(k *Kept) {
	if k == nil {
		return
	}
	if k.Number == "" {
		w.say("kept.undecided")
	} else {
		w.say("kept.decision", "number", k.Number, "served", dated(k.ServedOn), "remedy", k.Remedy)
	}
	w.say("kept."+string(k.State), "day", dated(k.NotedOn), "reasons", k.Reasons)
}

func (w *wording) basicList(b *BasicList) {
	switch {
	case b == nil:
		w.say("basic-list.none")
	case b.Edition == "":
		w.say("basic-list.off", "item", b.Title, "class", string(b.Class))
	default:
		w.say("basic-list.on", "item", b.Title, "class", string(b.Class), "edition", b.Edition, "number", b.Number, "verified", w.yes(b.TitleVerified))
	}
}

func (w *wording) attestations(m Measure) {
	if !m.Attested {
		w.say("attestation.none")
	}
	for _, s := range m.Attestations {
		key := "attestation.by"
		if s.Demonstration {
			key = "attestation.demonstration"
		}
		w.say(key, "of", s.Of, "what", s.What, "who", s.Who, "role", s.Role, "when", dated(s.When), "source", s.Source)
	}
}

// body says which body carries a measure out. At an organisation only those are
// told that it stands for.
func (w *wording) body(b Body, territory memoranda.Territory, atOrganisation bool) {
	holder := w.either(b.HolderZH, b.HolderEN)
	switch {
	case !atOrganisation && b.Stands:
		w.say("body.stands", "holder", holder, "territory", string(territory), "region", w.lookedFor(territory, b.Region))
	case !atOrganisation:
		w.say("body.nobody", "holder", holder, "territory", string(territory), "region", w.lookedFor(territory, b.Region))
	case b.Stands && len(b.Path) == 0:
		w.say("body.same", "holder", holder, "territory", string(territory), "region", w.lookedFor(territory, b.Region))
	case b.Stands:
		w.say("body.succeeded", "holder", holder, "named", w.either(b.NamedZH, b.NamedEN), "path", w.path(b), "territory", string(territory), "region", w.lookedFor(territory, b.Region))
	}
}

// lookedFor is the region whose organisation was looked for.
func (w *wording) lookedFor(territory memoranda.Territory, region string) string {
	switch {
	case territory == memoranda.TerritoryNation:
		return ""
	case region == "":
		return w.sentence("region.unknown")
	default:
		return region
	}
}

func (w *wording) path(b Body) string {
	steps := make([]string, 0, len(b.Path))
	for _, h := range b.Path {
		key := "handover"
		if h.Precision == "year" {
			key = "handover.year"
		}
		steps = append(steps, w.sentence(key, "from", w.either(h.FromZH, h.FromEN), "to", w.either(h.ToZH, h.ToEN), "day", dated(h.On)))
	}
	return strings.Join(steps, w.either("；", "; "))
}

func (w *wording) region(serves string) string {
	if serves == "" {
		return w.sentence("serves.nation")
	}
	return w.sentence("serves", "region", serves)
}

func (w *wording) state(s *State) {
	if s == nil {
		return
	}
	w.say("state", "directive", s.Directive.String(), "version", strconv.Itoa(int(s.Version)), "kind", string(s.Kind), "step", string(s.Step), "until", dated(s.ValidUntil))
	for _, h := range s.Holds {
		w.say("hold", "scope", string(h.Scope), "day", h.PlacedAt.UTC().Format("2006-01-02"), "reason", h.Reason)
	}
}

func (w *wording) end(e *End) {
	if e == nil {
		return
	}
	if !e.EndedOn.IsZero() {
		w.say("ended", "day", dated(e.EndedOn), "how", e.How)
		return
	}
	if !e.ValidUntil.IsZero() {
		w.say("until", "day", dated(e.ValidUntil))
	}
	for _, way := range e.Ways {
		w.say("way", "what", w.either(way.ZH, way.EN), "source", way.Source)
	}
	for _, remedy := range e.Remedies {
		w.say("remedy", "what", w.either(remedy.ZH, remedy.EN), "source", remedy.Source)
	}
}
