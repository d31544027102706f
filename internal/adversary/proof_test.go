package adversary_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// standing is a case that restricts somebody somewhere, as the record has it.
type standing struct {
	id                                        string
	published, decided, served                day.Day
	draftedBy, proposedBy, decidedBy, subject string
}

// selectStanding are the cases of which any recipient is, or is to be, told to restrict.
const selectStanding = `SELECT g.id::text, coalesce(l.published_on, a.published_on)::text, coalesce(l.decided_on, a.decided_on)::text, coalesce(l.served_on, a.served_on)::text,
		coalesce(l.drafted_by, a.drafted_by, ''), coalesce(l.proposed_by, ''), coalesce(l.signed_by, a.decided_by, ''), g.subject_id::text
	FROM ground g LEFT JOIN listing l ON l.id = g.id LEFT JOIN administrative_listing a ON a.id = g.id
	WHERE EXISTS (SELECT FROM directive d LEFT JOIN LATERAL (SELECT * FROM amendment WHERE directive_id = d.id ORDER BY version DESC LIMIT 1) a ON true
		WHERE d.ground_id = g.id AND cardinality(coalesce(a.measures, d.measures)) > 0)`

func (o *office) standing() ([]standing, error) {
	rows, err := o.DB.Pool.Query(o.t.Context(), selectStanding)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (s standing, err error) {
		var published, decided, served *string
		err = row.Scan(&s.id, &published, &decided, &served, &s.draftedBy, &s.proposedBy, &s.decidedBy, &s.subject)
		for from, to := range map[**string]*day.Day{&published: &s.published, &decided: &s.decided, &served: &s.served} {
			if *from != nil {
				*to = dayOf(**from)
			}
		}
		return s, err
	})
}

// proved demands a proof of everything that restricts anybody: from what was sent and
// taken, and again from what the record says of it.
func (o *office) proved() error {
	list, err := o.standing()
	if err != nil {
		return err
	}
	var wrong []error
	for _, s := range list {
		i := slices.IndexFunc(o.files, func(f *file) bool { return f.id == s.id })
		if i < 0 {
			if !o.past[s.id] { // of a tale before this one
				wrong = append(wrong, fmt.Errorf("%s restricts, and nobody drafted it", s.id))
			}
			continue
		}
		f := o.files[i]
		o.done["in force"]++
		for _, err := range []error{o.hands(f, s), o.steps(f, s), o.itself(f, s)} {
			if err != nil {
				wrong = append(wrong, fmt.Errorf("%s (%s) restricts: %w", s.id, f.path, err))
			}
		}
	}
	return errors.Join(append(wrong, o.agreed())...)
}

// hands looks at who made each step: people of the owner, the decision by a second one.
func (o *office) hands(f *file, s standing) error {
	switch {
	case s.decidedBy == s.draftedBy:
		return errors.New("who drafted it decided it")
	case f.list == nil && s.decidedBy == s.proposedBy:
		return errors.New("who proposed it decided it")
	}
	for _, a := range f.acts {
		if a.by.org != f.owner {
			return fmt.Errorf("%s by somebody of organisation %d", a.door, a.by.org)
		}
	}
	decided, _ := f.last(o.deciding())
	switch {
	case f.list == nil && decided.by.role != enforcement.President:
		return errors.New("not the president signed it")
	case f.list != nil && decided.by.role != enforcement.DepartmentReviewer:
		return errors.New("no reviewer decided it")
	case decided.by.human == f.acts[0].by.human:
		return errors.New("one human drafted and decided")
	}
	if proposed, at := f.last("proposal"); at > 0 && proposed.by.human == decided.by.human {
		return errors.New("one human proposed and decided")
	}
	return nil
}

func (o *office) deciding() string {
	if o.ofCourts {
		return "signature"
	}
	return "decision"
}

// way are the steps that a case needs before it is published, and the field of the day
// on which each was done.
func (o *office) way() []proofOf {
	if o.ofCourts {
		return []proofOf{{"warning", "served_on"}, {"proposal", ""}, {"signature", ""}, {"service", "on"}}
	}
	return []proofOf{{"notice", "served_on"}, {"decision", ""}, {"service", "on"}}
}

type proofOf struct{ door, day string }

// steps demands each step with its paper, its words and its day, in order.
func (o *office) steps(f *file, s standing) error {
	before, at := f.filed, 0
	for _, w := range o.way() {
		a, n := f.last(w.door)
		if n == 0 {
			return fmt.Errorf("without a %s", w.door)
		}
		if n < at {
			return fmt.Errorf("%s before the step before it", w.door)
		}
		d := a.on
		if w.day != "" {
			d = dayOf(a.body[w.day])
		}
		if d.IsZero() || d > a.on || d < before {
			return fmt.Errorf("%s of %v, recorded on %s, and the step before it was on %s", w.door, a.body[w.day], a.on, before)
		}
		if err := o.says(a); err != nil {
			return err
		}
		before, at = d, n
	}
	if f.list != nil {
		if err := o.heard(f); err != nil {
			return err
		}
	} else if err := o.couldPerform(f); err != nil {
		return err
	}
	return o.waited(f, s)
}

// waited demands that service had taken effect before publication, and that a day of the
// record is the day of what was sent.
func (o *office) waited(f *file, s standing) error {
	service, _ := f.last("service")
	effective := dayOf(service.body["on"])
	if service.body["manner"] == ground.ServedByAnnouncement {
		effective = effective.AddDays(30)
	}
	decided, _ := f.last(o.deciding())
	switch {
	case s.published < effective:
		return fmt.Errorf("published on %s, its service took effect on %s", s.published, effective)
	case s.decided != decided.on:
		return fmt.Errorf("decided on %s says the record, it was on %s", s.decided, decided.on)
	case s.served != effective && s.served < effective:
		return fmt.Errorf("served on %s says the record, it was on %s", s.served, effective)
	}
	return nil
}

// known is the day from which the time of a notice counts: of its service, where a paper
// proves it, else of its record at the earliest.
func known(notice act) day.Day {
	served := dayOf(notice.body["served_on"])
	if receipt, _ := notice.body["receipt"].([]byte); isPaper(receipt) {
		return served
	}
	return max(served, notice.on)
}

// couldPerform demands that on ground 1 the time to perform was over when it was signed,
// and that somebody proposed it on papers of its facts.
func (o *office) couldPerform(f *file) error {
	warning, _ := f.last("warning")
	signed, _ := f.last("signature")
	days, _ := warning.body["perform_within_days"].(int)
	if until := known(warning).AddDays(days); slices.Contains(f.conducts, 1) && signed.on <= until {
		return fmt.Errorf("signed on %s, while the time to perform ended on %s", signed.on, until)
	}
	proves, _ := f.acts[0].body["papers"].([]object)
	for _, c := range f.conducts {
		if !slices.ContainsFunc(proves, func(p object) bool { return p["purpose"] == paper.Facts(c) }) {
			return fmt.Errorf("without the papers of ground %d", c)
		}
	}
	return nil
}

// heard demands that whoever is on a department's list had the time to say something,
// counted from when the notice was here, and was answered.
func (o *office) heard(f *file) error {
	notice, _ := f.last("notice")
	decision, at := f.last("decision")
	window := o.workingDaysAfter(known(notice), f.list.window)
	if decision.on <= window && f.list.window > 0 {
		return fmt.Errorf("decided on %s within the time to state, which ended on %s", decision.on, window)
	}
	_, stated := f.last("statement")
	_, answered := f.last("answer")
	if stated > answered && stated < at {
		return errors.New("decided over a statement that nobody answered")
	}
	return nil
}

// papered are the steps that are nothing without their paper.
var papered = []string{"warning", "application", "proposal", "service", "notice", "decision"}

// says demands that the words of a step say something and that its paper is one.
func (o *office) says(a act) error {
	for name, least := range map[string]int{"reasons": 10, "number": 2, "removal_conditions": 1, "remedies": 1} {
		if v, has := a.body[name]; has && letters(v) < least {
			return fmt.Errorf("%s with %s of %q", a.door, name, v)
		}
	}
	if v, has := a.body["document"]; has || slices.Contains(papered, a.door) {
		content, _ := v.([]byte)
		if !isPaper(content) {
			return fmt.Errorf("%s on a paper of %q", a.door, content)
		}
	}
	return nil
}

// isPaper is a guess on its own at what may be a paper: a whole PDF, or words.
func isPaper(content []byte) bool {
	if bytes.HasPrefix(content, []byte("%PDF-")) {
		return bytes.Contains(content, []byte("%%EOF"))
	}
	return !bytes.ContainsAny(content, "\x00\x03") && letters(string(content)) > 2
}

func letters(v any) (n int) {
	text, _ := v.(string)
	if on, isDay := v.(day.Day); isDay { // a day where words are asked is sent as its text
		text = on.String()
	}
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// itself looks at whom it restricts: of age, under the name it was decided about, not one
// who had performed before it was published.
func (o *office) itself(f *file, s standing) error {
	if f.subject.id != s.subject {
		return errors.New("it hangs on somebody else")
	}
	if b := f.subject.born; !b.IsZero() && o.Day() < b.AddYears(18) {
		return fmt.Errorf("somebody born on %s", b)
	}
	for _, a := range f.acts {
		if a.door == "performed" && a.on <= s.published && a.body["before"] == true {
			return errors.New("somebody who had performed before")
		}
	}
	if f.list != nil {
		return nil // departments do not read subjects
	}
	by := o.official(0, of(f.owner, enforcement.Judge))
	a, err := o.ask("look", by.token, http.MethodGet, "/v1/subjects/"+s.subject, nil, "")
	if err != nil {
		return err
	}
	if name, _ := a.body["name"].(string); a.ok() && apart(name, f.subject.identity.Name) > 1 {
		return fmt.Errorf("%q, who was %q when it was decided", name, f.subject.identity.Name)
	}
	return nil
}

// apart counts the characters in which two names differ.
func apart(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		last := row[0]
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			last, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, last+cost)
		}
	}
	return row[len(y)]
}

// agreed demands that every measure that anybody is told is of an edition that was in
// force when it was planned, and attested.
func (o *office) agreed() error {
	rows, err := o.DB.Pool.Query(o.t.Context(), `SELECT DISTINCT m.memorandum, m.slug FROM directive d CROSS JOIN unnest(d.measures) AS n JOIN measure m ON m.id = n`)
	if err != nil {
		return err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Memorandum, Slug string }])
	if err != nil {
		return err
	}
	var wrong []string
	for _, m := range list {
		if !slices.ContainsFunc(o.Config.Attestations.Statements, func(a memoranda.Attestation) bool {
			edition := o.Config.Catalogue.Memorandum(m.Memorandum, a.Edition)
			return a.Memorandum == m.Memorandum && slices.Contains(a.Measures, m.Slug) && edition != nil && edition.From <= o.Day()
		}) {
			wrong = append(wrong, m.Memorandum+"/"+m.Slug)
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("told what nobody attested: %s", strings.Join(wrong, ", "))
	}
	return nil
}
