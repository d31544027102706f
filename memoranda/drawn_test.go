package memoranda

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"concordat/memoranda/day"
)

// drawn draws the parts of a made catalogue that the loader accepts.
type drawn struct {
	*rapid.T
	bases  []BasisKind
	stands []period // of each basis
	lists  []ListKind
	// successor is whether a body's role was handed on at some time.
	successor []bool
}

// drawnFiles draws the files of a small catalogue: bodies with successions,
// bases of every rank with and without places and days, lists that punish and that
// reward, editions of the basic list with days between them, and memoranda with one
// or two editions.
func drawnFiles(t *rapid.T) map[string]string {
	d := &drawn{T: t}
	files := map[string]string{
		"bodies.yaml": d.bodiesFile(), "legal-bases.yaml": d.basesFile(), "list-types.yaml": d.listsFile(), "basic-list.yaml": d.basicListFile(),
	}
	for m := range d.number("memoranda", 1, 4) {
		list := d.number("list", 0, len(d.lists)-1)
		from := d.date("edition begins", 2014, 2018)
		if d.yes("two editions") {
			until := d.date("edition ends", 2020, 2022)
			files[fmt.Sprintf("m%d-b.yaml", m)] = d.memorandum(m, list, "second", until.AddDays(1), 0)
			files[fmt.Sprintf("m%d-a.yaml", m)] = d.memorandum(m, list, "first", from, until)
			continue
		}
		files[fmt.Sprintf("m%d.yaml", m)] = d.memorandum(m, list, "only", from, 0)
	}
	return files
}

func (d *drawn) number(label string, low, high int) int {
	return rapid.IntRange(low, high).Draw(d.T, label)
}

func (d *drawn) yes(label string) bool { return rapid.Bool().Draw(d.T, label) }

// mostly is true three times of four, so that enough travels to be held to the law.
func (d *drawn) mostly(label string) bool {
	return rapid.SampledFrom([]bool{true, true, true, false}).Draw(d.T, label)
}

func (d *drawn) date(label string, firstYear, lastYear int) day.Day {
	first, last := day.Of(firstYear, 1, 1), day.Of(lastYear, 12, 31)
	return first.AddDays(d.number(label, 0, int(last-first)))
}

// days draws bounds, often open.
func (d *drawn) days(label string) period {
	var p period
	if !d.mostly(label + " is open from the first") {
		p.from = d.date(label+" from", 2014, 2019)
	}
	if !d.mostly(label + " is open to the last") {
		p.until = d.date(label+" until", 2020, 2025)
	}
	return p
}

// fields are the bounds as fields of a flow mapping.
func (p period) fields() string {
	var b strings.Builder
	if !p.from.IsZero() {
		fmt.Fprintf(&b, ", from: %s", p.from)
	}
	if !p.until.IsZero() {
		fmt.Fprintf(&b, ", until: %s", p.until)
	}
	return b.String()
}

// bodiesFile draws who hands its role on to a later one, which has not handed on its own before.
func (d *drawn) bodiesFile() string {
	count := d.number("bodies", 2, 5)
	d.successor = make([]bool, count)
	lines, last := make([]string, count), make([]day.Day, count)
	for i := count - 1; i >= 0; i-- {
		last[i] = day.Of(2024, 12, 31)
		successions := ""
		if d.successor[i] = i+1 < count && d.yes("handed on"); d.successor[i] {
			to := d.number("to", i+1, count-1)
			first := day.Of(2015, 1, 1)
			last[i] = first.AddDays(d.number("handed on", 0, int(last[to]-first)))
			successions = fmt.Sprintf(", successions: [{to: [b%d], from: %s, evidence: known}]", to, last[i])
		}
		lines[i] = fmt.Sprintf("  - {slug: b%d, zh: 局, en: Bureau, evidence: known%s}\n", i, successions)
	}
	return "bodies:\n" + strings.Join(lines, "")
}

func (d *drawn) basesFile() string {
	var b strings.Builder
	b.WriteString("legal_bases:\n")
	for i := range d.number("bases", 2, 6) {
		kind := rapid.SampledFrom([]BasisKind{Law, Law, Regulation, JudicialInterpretation, CentralPolicy, StateCouncilPolicy, DepartmentalRule, Departmental}).Draw(d.T, "rank")
		d.bases = append(d.bases, kind)
		place := ""
		switch {
		case !d.mostly("placed"):
		case kind.IsPolicy():
			place = ", clause: (一)1"
		default:
			place = ", article: 第1条"
		}
		stands := d.days("basis")
		d.stands = append(d.stands, stands)
		fmt.Fprintf(&b, "  - {slug: l%d, title: 法, kind: %s%s%s, evidence: known}\n", i, kind, place, stands.fields())
	}
	return b.String()
}

func (d *drawn) listsFile() string {
	var b strings.Builder
	b.WriteString("list_types:\n")
	for i := range d.number("lists", 1, 3) {
		kind := rapid.SampledFrom(ListKinds()).Draw(d.T, "kind of list")
		d.lists = append(d.lists, kind)
		fmt.Fprintf(&b, "  - {slug: list-%d, zh: 名单, en: List, kind: %s, authority: department, bases: [%s],\n"+
			"     subjects: [natural-person, legal-person, sole-trader, other-organisation], evidence: known}\n", i, kind, d.cited(period{}))
	}
	return b.String()
}

// cited draws citations, each basis at most once, of those in force on some day of a period.
func (d *drawn) cited(in period) string {
	var all []string
	for i := range d.bases {
		b := d.stands[i]
		if (b.until.IsZero() || b.until >= in.from) && (in.until.IsZero() || b.from <= in.until) && d.mostly("cited") {
			all = append(all, fmt.Sprintf("{basis: l%d}", i))
		}
	}
	return strings.Join(all, ", ")
}

func (d *drawn) basicListFile() string {
	var b strings.Builder
	b.WriteString("items:\n  - {slug: i0, title: 项, class: I, title_verified: false, evidence: known}\n" +
		"  - {slug: i1, title: 项, class: II, title_verified: false, evidence: known}\neditions:\n")
	from := d.date("basic list", 2014, 2016)
	for i := range d.number("editions of the basic list", 1, 3) {
		next := from.AddDays(d.number("years of the basic list", 200, 1200))
		until := ""
		if d.yes("ends of itself") {
			until = fmt.Sprintf(", until: %s", from.AddDays(d.number("days of the basic list", 0, int(next-from)-1)))
		}
		fmt.Fprintf(&b, "  - {name: e%d, from: %s%s, items: [%s], evidence: known}\n", i, from, until,
			rapid.SampledFrom([]string{"i0", "i0, i1", "i0, i1"}).Draw(d.T, "items"))
		from = next
	}
	return b.String()
}

func (d *drawn) memorandum(m, list int, edition string, from, until day.Day) string {
	var b strings.Builder
	fmt.Fprintf(&b, "memorandum: {slug: m%d, zh: 备忘录, en: Memorandum, list_type: list-%d, edition: %s, from: %s", m, list, edition, from)
	if !until.IsZero() {
		fmt.Fprintf(&b, ", until: %s", until)
	}
	status := rapid.SampledFrom([]Status{InForce, InForce, InForce, Uncertain}).Draw(d.T, "status of the edition")
	fmt.Fprintf(&b, ", status: %s, evidence: known}\nmeasures:\n", status)
	for i := range d.number("measures", 1, 5) {
		b.WriteString(d.measure(m, i, d.lists[list], from, until))
	}
	return b.String()
}

func (d *drawn) measure(m, i int, list ListKind, from, until day.Day) string {
	modes := slices.DeleteFunc(Modes(), func(mode Mode) bool { return (list == Reward) != mode.rewards() && (list == Reward || mode == Grant) })
	body := d.number("body", 0, len(d.successor)-1)
	statuses := append(Statuses(), InForce, InForce, InForce, InForce)
	if !d.successor[body] {
		statuses = slices.DeleteFunc(statuses, func(s Status) bool { return s == Moved })
	}
	reaches := rapid.SliceOfNDistinct(rapid.SampledFrom(Reaches()), 1, 8, rapid.ID).Draw(d.T, "reaches")
	stands, days := period{from, until}, ""
	if !d.mostly("the edition's days") {
		last := until
		if last.IsZero() {
			last = day.Of(2026, 1, 1)
		}
		begins := from.AddDays(d.number("own first day", 0, int(last-from)))
		stands = period{begins, begins.AddDays(d.number("own days", 0, int(last-begins)))}
		days = stands.fields()
	}
	return fmt.Sprintf("  - {slug: m%d-%d, zh: 措施, en: Measure, mode: %s, bodies: [b%d], reaches: [%s], territory: %s,\n"+
		"     bases: [%s], basic_list_item: i%d, status: %s, evidence: %s%s}\n",
		m, i, rapid.SampledFrom(modes).Draw(d.T, "mode"), body, strings.ReplaceAll(strings.Trim(fmt.Sprint(reaches), "[]"), " ", ", "),
		rapid.SampledFrom(Territories()).Draw(d.T, "territory"), d.cited(stands), d.number("item", 0, 1),
		rapid.SampledFrom(statuses).Draw(d.T, "status"), rapid.SampledFrom([]Evidence{Seen, Known, Known, Unverified}).Draw(d.T, "evidence"), days)
}
