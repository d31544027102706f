package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing/fstest"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/enforcement/replan"
	"concordat/internal/calendar"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// RepealResult is one line of figures: one measure withdrawn from live grounds.
type RepealResult struct {
	Bench      string `json:"bench"`
	Grounds    int    `json:"grounds"`
	Directives int    `json:"directives"`
	Amended    int64  `json:"amended"`
	// Seconds is from the switch of the edition until every amendment is committed and
	// the adoption is complete, Limit that of one INSERT … SELECT of the same rows into an empty table with the
	// same indexes, in the same run; Ratio is limit to ours.
	Seconds float64 `json:"seconds"`
	Limit   float64 `json:"limit_seconds"`
	Ratio   float64 `json:"ratio"`
	// LookUp is the first look-up of a subject after the switch, which must not tell
	// of the measure any more; Told is how many of the look-ups did.
	LookUp float64 `json:"look_up_ms"`
	Told   int     `json:"look_ups_that_told_of_it"`
	// Foreseen is how long the dry run took, which must foresee Amended.
	Foreseen float64 `json:"foreseen_ms"`
	// WAL is what the replanning wrote, bytes an amendment.
	WAL float64 `json:"wal_bytes_per_amendment"`
}

// The made memorandum of the repeal: repealed and kept are measures of one body,
// beside them another body's.
const (
	repealed = "repealed"
	kept     = "kept"
	beside   = "beside"
)

// lookUps is how many subjects are looked up after the switch.
const lookUps = 20

// Repeal measures how long it takes until a measure that an edition no longer holds
// is withdrawn from all live grounds, of which each has a directive that carries it,
// delivered and acknowledged.
func Repeal(ctx context.Context, o Options) (result RepealResult, err error) {
	r, err := newRig(ctx, o.Machine)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if r.catalogue, r.attested, err = repealCatalogue(); err != nil {
		return result, fmt.Errorf("make a catalogue: %w", err)
	}
	w, err := r.standing(ctx, o)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, w.db.Close()) }()
	result = RepealResult{Bench: "repeal", Grounds: o.Listings, Directives: o.Listings * len(w.orgs)}
	if err := w.switchEdition(ctx, &result); err != nil {
		return result, err
	}
	if err := w.lookUp(ctx, &result); err != nil {
		return result, err
	}
	if err := w.measureRepeal(ctx, o, &result); err != nil {
		return result, err
	}
	if err := w.lookUp(ctx, &result); err != nil {
		return result, err
	}
	result.Ratio = result.Limit / result.Seconds
	return result, nil
}

// standing makes a database with live grounds whose directives are acknowledged.
func (r *rig) standing(ctx context.Context, o Options) (*world, error) {
	name, err := r.copyOf(ctx, base)
	if err != nil {
		return nil, err
	}
	w, err := r.open(ctx, name, 8)
	if err != nil {
		return nil, err
	}
	if err := w.stand(ctx, r, o); err != nil {
		return nil, errors.Join(err, w.db.Close())
	}
	return w, nil
}

func (w *world) stand(ctx context.Context, r *rig, o Options) error {
	court, err := w.register.Parties.AddOrganisation(ctx, w.act, party.Organisation{
		Slug: "court", NameZH: "演示法院", NameEN: "Made court", Kind: party.Court, Serves: "450103", CourtCode: "桂0103",
	})
	if err != nil {
		return fmt.Errorf("add the court: %w", err)
	}
	for i := range 2 {
		id, err := w.register.Parties.AddOrganisation(ctx, w.act, party.Organisation{
			Slug: fmt.Sprintf("made-%02d", i), NameZH: "演示单位", NameEN: "Made organisation", Kind: party.Authority, Serves: "450103",
			Bodies: []party.Part{{Body: fmt.Sprintf("body-%02d", i), From: day.Of(2016, time.January, 1)}},
		})
		if err != nil {
			return fmt.Errorf("add an organisation: %w", err)
		}
		w.orgs = append(w.orgs, id)
	}
	if err := w.copyIn(ctx, r, court, o.Listings); err != nil {
		return err
	}
	fmt.Fprintf(o.Progress, "%d grounds are made\n", o.Listings)
	if err := w.register.Grounds.PutInForce(ctx, w.act, w.grounds); err != nil {
		return fmt.Errorf("put them in force: %w", err)
	}
	for _, sql := range []string{`UPDATE directive SET step = 'acknowledged', due = false`, `VACUUM ANALYZE`} {
		if _, err := w.db.Pool.Exec(ctx, sql); err != nil {
			return fmt.Errorf("have them acknowledged: %w", err)
		}
	}
	fmt.Fprintf(o.Progress, "their directives are acknowledged\n")
	return nil
}

// switchEdition attests and foresees the edition without the measure, and adopts it:
// it stands from the next day on. The look-ups and the replanning come after.
func (w *world) switchEdition(ctx context.Context, result *RepealResult) error {
	act := w.act
	act.At = calendar.Start(on.AddDays(1)).Add(10 * time.Hour)
	act.Actor = enforcement.Actor{ID: "bench", Role: enforcement.Operator}
	text := madeEdition("1", on.AddDays(1), []string{kept})
	next, edition, err := memoranda.Next(w.register.Plans.Catalogue(), "made-1.yaml", text)
	if err != nil {
		return fmt.Errorf("make the next edition: %w", err)
	}
	lawyer := act
	lawyer.Actor.Role = enforcement.Lawyer
	if _, err := w.register.Plans.Attest(ctx, lawyer, statementOf(next, edition), next); err != nil {
		return fmt.Errorf("attest the next edition: %w", err)
	}
	w.act = act
	begin := w.machine()
	impact, err := w.register.Replanner.Impact(ctx, w.act, next)
	if err != nil {
		return fmt.Errorf("foresee the repeal: %w", err)
	}
	result.Foreseen = milliseconds(w.machine().Sub(begin))
	if impact.Counts != (replan.Counts{Shrunk: int64(result.Grounds)}) {
		return fmt.Errorf("the dry run foresees %+v", impact.Counts)
	}
	if _, err := w.register.Plans.SwitchEdition(ctx, act, "made-1.yaml", text); err != nil {
		return fmt.Errorf("switch the edition: %w", err)
	}
	return nil
}

// lookUp asks what is in force for some subjects.
func (w *world) lookUp(ctx context.Context, result *RepealResult) error {
	for i := range lookUps {
		var subject enforcement.ID
		ground := w.grounds[i*len(w.grounds)/lookUps]
		if err := w.db.Pool.QueryRow(ctx, `SELECT subject_id FROM ground WHERE id = $1`, ground).Scan(&subject); err != nil {
			return fmt.Errorf("look for the subject of %s: %w", ground, err)
		}
		begin := w.machine()
		list, err := w.register.Directives.MeasuresInForce(ctx, subject, on.AddDays(1))
		if err != nil {
			return fmt.Errorf("look up: %w", err)
		}
		if result.LookUp == 0 {
			result.LookUp = milliseconds(w.machine().Sub(begin))
		}
		if slices.ContainsFunc(list, func(m directive.MeasureInForce) bool { return m.Measure.Slug == repealed }) {
			result.Told++
		}
		if len(list) != len(w.orgs) {
			return fmt.Errorf("%d measures are in force for subject %s, want %d", len(list), subject, len(w.orgs))
		}
	}
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func (w *world) measureRepeal(ctx context.Context, o Options, result *RepealResult) error {
	if err := checkpoint(ctx, w.db.Pool); err != nil {
		return err
	}
	before, err := walPosition(ctx, w.db.Pool)
	if err != nil {
		return err
	}
	begin := w.machine()
	done, err := w.register.Replanner.ResumeAdoptions(ctx, w.act, nil)
	if err != nil {
		return fmt.Errorf("replan: %w", err)
	}
	result.Seconds, result.Amended = w.machine().Sub(begin).Seconds(), done.Shrunk
	after, err := walPosition(ctx, w.db.Pool)
	if err != nil {
		return err
	}
	result.WAL = float64(after-before) / float64(max(done.Shrunk, 1))
	if done.Shrunk != int64(o.Listings) {
		return fmt.Errorf("%d of %d directives were amended", done.Shrunk, o.Listings)
	}
	fmt.Fprintf(o.Progress, "%d directives amended in %.2f s\n", done.Shrunk, result.Seconds)
	if _, err := w.db.Pool.Exec(ctx, `CREATE TABLE limit_amendment (LIKE amendment INCLUDING ALL)`); err != nil {
		return fmt.Errorf("make an empty table: %w", err)
	}
	if err := checkpoint(ctx, w.db.Pool); err != nil {
		return err
	}
	begin = w.machine()
	if _, err := w.db.Pool.Exec(ctx, `INSERT INTO limit_amendment SELECT * FROM amendment`); err != nil {
		return fmt.Errorf("insert the same rows: %w", err)
	}
	result.Limit = w.machine().Sub(begin).Seconds()
	fmt.Fprintf(o.Progress, "the same rows by one INSERT … SELECT in %.2f s\n", result.Limit)
	return nil
}

// repealCatalogue is a made memorandum of two bodies, attested for demonstration.
func repealCatalogue() (*memoranda.Catalogue, *memoranda.Attestations, error) {
	c, err := memoranda.Load(fstest.MapFS{
		"bodies.yaml":      {Data: []byte("bodies:\n  - {slug: body-00, zh: 演示成员单位, en: Made body 0, evidence: known}\n  - {slug: body-01, zh: 演示成员单位, en: Made body 1, evidence: known}\n")},
		"legal-bases.yaml": {Data: []byte("legal_bases:\n  - {slug: made-law, title: 演示法, kind: law, article: 第1条, article_verified: false, evidence: known}\n")},
		"list-types.yaml":  {Data: []byte("list_types:\n  - slug: " + plan.ListType + "\n    zh: 演示名单\n    en: Made list\n    kind: punish\n    authority: court\n    bases: [{basis: made-law}]\n    subjects: [natural-person, legal-person]\n    evidence: known\n")},
		"basic-list.yaml":  {Data: []byte("items:\n  - {slug: entry-ban, title: 演示, class: I, title_verified: false, evidence: known}\neditions:\n  - {name: \"2024\", from: 2024-02-18, items: [entry-ban], evidence: known}\n")},
		"made-0.yaml":      {Data: madeEdition("0", day.Of(2016, time.January, 20), []string{repealed, kept})},
	})
	if err != nil {
		return nil, nil, err
	}
	a, err := memoranda.NewAttestations(c, statementOf(c, &c.Memoranda[0]))
	return c, a, err
}

// madeEdition is the text of an edition that gives the first body these measures.
func madeEdition(name string, from day.Day, measures []string) []byte {
	text := fmt.Appendf(nil, "memorandum:\n  slug: made\n  zh: 演示备忘录\n  en: Made memorandum\n  list_type: %s\n  edition: %q\n  from: %s\n  status: in-force\n  signatories: [body-00, body-01]\n  evidence: known\nmeasures:\n", plan.ListType, name, from)
	for body, slugs := range [][]string{measures, {beside}} {
		for _, slug := range slugs {
			text = fmt.Appendf(text, "  - {slug: %s, zh: 演示措施, en: Made measure, mode: prohibit, bodies: [body-%02d], reaches: [natural-person, legal-person], territory: court, bases: [{basis: made-law}], basic_list_item: entry-ban, status: in-force, evidence: known}\n", slug, body)
		}
	}
	return text
}

// statementOf attests all of an edition.
func statementOf(c *memoranda.Catalogue, m *memoranda.Memorandum) memoranda.Attestation {
	s := memoranda.Attestation{
		Who: memoranda.Attester{Name: "演示核定", Role: "仅供演示"}, When: day.Of(2025, time.January, 1), Source: "made", Demonstration: true,
		Memorandum: m.Slug, Edition: m.Edition, Bases: []string{"made-law"}, BasicList: []string{"2024"},
	}
	for i := range m.Measures {
		s.Measures = append(s.Measures, m.Measures[i].Slug)
	}
	s.Hash = c.AttestedHash(s)
	return s
}
