package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/internal/identifier/madeup"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Organisations is how many made organisations each ground reaches.
const Organisations = 44

// on is the legal day of every bench.
var on = day.Of(2025, time.September, 1)

// fill makes the court, the organisations, and n subjects with a decided ground each.
func (w *world) fill(ctx context.Context, r *rig, n int) error {
	court, err := w.register.Parties.AddOrganisation(ctx, w.act, party.Organisation{
		Slug: "court", NameZH: "演示法院", NameEN: "Made court", Kind: party.Court, Serves: "450103", CourtCode: "桂0103",
	})
	if err != nil {
		return fmt.Errorf("add the court: %w", err)
	}
	w.court = court
	for i := range Organisations {
		id, err := w.register.Parties.AddOrganisation(ctx, w.act, party.Organisation{
			Slug: fmt.Sprintf("made-%02d", i), NameZH: "演示单位", NameEN: "Made organisation", Kind: party.Authority, Serves: "4501",
			Bodies: []party.Part{{Body: fmt.Sprintf("body-%02d", i), From: day.Of(2016, time.January, 1)}},
		})
		if err != nil {
			return fmt.Errorf("add an organisation: %w", err)
		}
		w.orgs = append(w.orgs, id)
	}
	return w.copyIn(ctx, r, court, n)
}

// chunk is how many subjects are made at once: a year's do not stand in memory.
const chunk = 5_000

// copyIn makes n subjects and a decided ground for each.
func (w *world) copyIn(ctx context.Context, r *rig, court enforcement.OrganisationID, n int) error {
	conn, err := w.db.Pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("take a connection: %w", err)
	}
	defer conn.Release()
	if err := registerEnums(ctx, conn.Conn(), "subject_kind", "ground_kind", "ground_state"); err != nil {
		return err
	}
	w.grounds = slices.Grow(w.grounds, n)
	for from := 0; from < n; from += chunk {
		subjects, err := r.subjects(from, min(from+chunk, n), w.act.At)
		if err != nil {
			return err
		}
		grounds := make([][]any, len(subjects))
		for i, s := range subjects {
			id := enforcement.NewID()
			w.grounds = append(w.grounds, id)
			grounds[i] = []any{id, "listing", plan.ListType, s[0], court, fmt.Sprintf("(2025)桂0103执%d号", from+i+1), on.UTC(), "pending"}
		}
		if _, err := conn.Conn().CopyFrom(ctx, pgx.Identifier{"subject"}, []string{"id", "kind", "envelope", "sealed", "key_version", "created_at"}, pgx.CopyFromRows(subjects)); err != nil {
			return fmt.Errorf("copy subjects in: %w", err)
		}
		_, err = conn.Conn().CopyFrom(ctx, pgx.Identifier{"ground"}, []string{"id", "kind", "list_type", "subject_id", "organisation_id", "reference", "decided_on", "state"}, pgx.CopyFromRows(grounds))
		if err != nil {
			return fmt.Errorf("copy grounds in: %w", err)
		}
	}
	return nil
}

// registerEnums teaches a connection types of the schema, for binary COPY.
func registerEnums(ctx context.Context, conn *pgx.Conn, names ...string) error {
	for _, name := range names {
		t, err := conn.LoadType(ctx, name)
		if err != nil {
			return fmt.Errorf("load type %s: %w", name, err)
		}
		conn.TypeMap().RegisterType(t)
	}
	return nil
}

// subjects makes and seals the natural persons from one number up to another.
func (r *rig) subjects(from, to int, at time.Time) ([][]any, error) {
	rows := make([][]any, 0, to-from)
	for i := from; i < to; i++ {
		id := enforcement.NewID()
		number := madeup.NthPersonID(i)
		birth, _ := number.Birth()
		plain, err := json.Marshal(party.Identity{Kind: memoranda.NaturalPerson, Name: madeup.NthPersonName(i), NumberKind: number.Kind, Number: number.Number, Birth: birth})
		if err != nil {
			return nil, fmt.Errorf("write a made subject: %w", err)
		}
		wrapped, envelope, err := r.vault.NewEnvelope(id)
		if err != nil {
			return nil, fmt.Errorf("make an envelope: %w", err)
		}
		sealed, err := envelope.Seal(plain, party.SealedIdentity)
		if err != nil {
			return nil, fmt.Errorf("seal a made subject: %w", err)
		}
		rows = append(rows, []any{id, string(memoranda.NaturalPerson), wrapped, sealed, r.vault.Current(), at})
	}
	return rows, nil
}

// syntheticCatalogue is a made memorandum of 44 bodies with one measure each,
// attested for demonstration.
func syntheticCatalogue() (*memoranda.Catalogue, *memoranda.Attestations, error) {
	var bodies, signatories, measures, slugs strings.Builder
	for i := range Organisations {
		fmt.Fprintf(&bodies, "  - {slug: body-%02d, zh: 演示成员单位, en: Made body %d, climbs: city, evidence: known}\n", i, i)
		fmt.Fprintf(&signatories, "    - body-%02d\n", i)
		fmt.Fprintf(&slugs, "      - measure-%02d\n", i)
		fmt.Fprintf(&measures, `  - slug: measure-%02d
    zh: 演示措施
    en: Made measure
    mode: prohibit
    bodies: [body-%02d]
    reaches: [natural-person, legal-person]
    territory: court
    bases: [{basis: made-law}]
    basic_list_item: entry-ban
    status: in-force
    evidence: known
`, i, i)
	}
	files := fstest.MapFS{
		"bodies.yaml":      {Data: []byte("bodies:\n" + bodies.String())},
		"legal-bases.yaml": {Data: []byte("legal_bases:\n  - {slug: made-law, title: 演示法, kind: law, article: 第1条, article_verified: false, evidence: known}\n")},
		"list-types.yaml":  {Data: []byte("list_types:\n  - slug: " + plan.ListType + "\n    zh: 演示名单\n    en: Made list\n    kind: punish\n    authority: court\n    bases: [{basis: made-law}]\n    subjects: [natural-person, legal-person]\n    evidence: known\n")},
		"basic-list.yaml":  {Data: []byte("items:\n  - {slug: entry-ban, title: 演示, class: I, title_verified: false, evidence: known}\neditions:\n  - {name: \"2024\", from: 2024-02-18, items: [entry-ban], evidence: known}\n")},
		"made.yaml": {Data: []byte("memorandum:\n  slug: made\n  zh: 演示备忘录\n  en: Made memorandum\n  list_type: " + plan.ListType +
			"\n  edition: \"2016\"\n  from: 2016-01-20\n  status: in-force\n  signatories:\n" + signatories.String() + "  evidence: known\nmeasures:\n" + measures.String())},
	}
	c, err := memoranda.Load(files)
	if err != nil {
		return nil, nil, err
	}
	a, err := memoranda.LoadAttestations("made", fmt.Appendf(nil, `attestations:
  - who: {name: 演示核定, role: 仅供演示}
    when: 2025-01-01
    source: made
    demonstration: true
    memorandum: made
    edition: "2016"
    basic_list: ["2024"]
    bases: [made-law]
    hash: "%s"
    measures:
%s`, statementHash(c), slugs.String()), c)
	return c, a, err
}

func statementHash(c *memoranda.Catalogue) string {
	s := memoranda.Attestation{Demonstration: true, Memorandum: "made", Edition: "2016", BasicList: []string{"2024"}, Bases: []string{"made-law"}}
	for i := range Organisations {
		s.Measures = append(s.Measures, fmt.Sprintf("measure-%02d", i))
	}
	return fmt.Sprintf("%x", c.AttestedHash(s))
}
