//go:build !race

// The oracle has nothing at once in it that the race detector could see; `make plain` runs this.

package adversary_test

import (
	"errors"
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/ground"
)

// inForce leads one case to publication as it ought to be.
func (o *office) inForce() (*file, error) {
	if err := o.draft(claim{A: 0, B: 0, How: 0}); err != nil {
		return nil, err
	}
	f := o.files[len(o.files)-1]
	for n := range 30 {
		state, _, err := o.state(f)
		switch {
		case err != nil:
			return nil, err
		case state == ground.Active:
			return f, o.proved()
		case state == "notified":
			if err := o.advance(claim{A: 4}); err != nil {
				return nil, err
			}
		}
		if err := o.goOn(claim{A: len(o.files) - 1, B: n, Whose: 1}); err != nil {
			return nil, err
		}
		if err := o.advance(claim{A: 2}); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("it never came in force")
}

// An oracle that finds nothing shows nothing: whoever is put in force behind the back of
// every guard is found, by the proof that is missing.
func TestPlantedClaimsAreFound(t *testing.T) {
	t.Parallel()
	for name, planted := range map[string]struct {
		says  string
		plant func(o *office, f *file) error
		lists bool
	}{
		"who drafted it decided it": {says: "who drafted it decided it", plant: sql(`ALTER TABLE listing DROP CONSTRAINT listing_signed_by_another`, `UPDATE listing SET signed_by = drafted_by`)},
		"who proposed it signed it": {says: "who proposed it decided it", plant: sql(`ALTER TABLE listing DROP CONSTRAINT listing_signed_by_another`, `UPDATE listing SET proposed_by = signed_by`)},
		"its drafter decided it":    {says: "who drafted it decided it", plant: sql(`ALTER TABLE administrative_listing DROP CONSTRAINT administrative_second_person`, `UPDATE administrative_listing SET decided_by = drafted_by`), lists: true},
		"another day":               {says: "decided on", plant: sql(`ALTER TABLE listing DROP CONSTRAINT listing_when_decided`, `UPDATE listing SET decided_on = decided_on - 1`)},
		"before its service":        {says: "published on", plant: sql(`ALTER TABLE listing DROP CONSTRAINT listing_served_before_published`, `UPDATE listing SET published_on = served_on - 1`)},
		"somebody else":             {says: "somebody else", plant: sql(`UPDATE ground SET subject_id = (SELECT id FROM subject s WHERE s.id <> subject_id LIMIT 1)`)},
		"nobody's": {says: "nobody drafted it", plant: func(o *office, f *file) error {
			o.OrderGround(o.Subject(o.Person()))
			return nil
		}},
		"a minor": {says: "somebody born on", plant: func(o *office, f *file) error {
			f.subject.born = o.Day().AddYears(-17)
			return nil
		}},
		"another name": {says: "when it was decided", plant: func(o *office, f *file) error {
			f.subject.identity.Name = "演示另一人"
			return nil
		}},
		"without a step":     {says: "without a service", plant: sent("service", func(a *act) { a.door = "gone" })},
		"no such paper":      {says: "on a paper of", plant: sent("warning", func(a *act) { a.body["document"] = []byte(" \n\t") })},
		"no such words":      {says: "with reasons of", plant: sent("proposal", func(a *act) { a.body["reasons"] = "  。" })},
		"a day in 1900":      {says: "the step before it", plant: sent("warning", func(a *act) { a.body["served_on"] = "1900-01-01" })},
		"a day to come":      {says: "the step before it", plant: sent("service", func(a *act) { a.body["on"] = a.on.AddDays(1) })},
		"another's hand":     {says: "by somebody of organisation", plant: sent("warning", func(a *act) { a.by.org++ })},
		"no president":       {says: "not the president", plant: sent("signature", func(a *act) { a.by.role = enforcement.Judge })},
		"one human":          {says: "one human", plant: sent("signature", func(a *act) { a.by.human = "c-0" })},
		"within the time":    {says: "within the time to state", plant: sent("decision", func(a *act) { a.on = a.on.AddDays(-30) }), lists: true},
		"no time to perform": {says: "the time to perform", plant: sent("warning", func(a *act) { a.body["perform_within_days"] = 900 })},
		"no papers of facts": {says: "without the papers of ground", plant: sent("draft", func(a *act) { a.body["papers"] = nil })},
		"performed before": {says: "had performed before", plant: func(o *office, f *file) error {
			f.acts = append(f.acts, act{"performed", f.acts[0].by, object{"before": true}, f.acts[0].on})
			return nil
		}},
		"unheard of": {says: "nobody attested", plant: sql(
			`INSERT INTO measure (id, memorandum, slug) VALUES (32000, 'judgment-debtor-141', 'made-up')`,
			`UPDATE directive SET measures = '{32000}'`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, !planted.lists)
			f, err := o.inForce()
			must(t, err)
			must(t, planted.plant(o, f))
			if err := o.proved(); err == nil || !strings.Contains(err.Error(), planted.says) {
				t.Errorf("not found, for it says: %v", err)
			}
		})
	}
}

// sql writes past every trigger and check.
func sql(list ...string) func(*office, *file) error {
	return func(o *office, _ *file) error {
		_, err := o.DB.Pool.Exec(o.t.Context(), "SET LOCAL session_replication_role = replica; "+strings.Join(list, "; "))
		return err
	}
}

// sent changes what was sent and taken: as if the record had taken that.
func sent(door string, change func(*act)) func(*office, *file) error {
	return func(o *office, f *file) error {
		_, at := f.last(door)
		if at == 0 {
			return errors.New("no " + door)
		}
		change(&f.acts[at-1])
		return nil
	}
}
