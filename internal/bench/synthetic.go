package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"concordat/enforcement"
	"concordat/internal/calendar"
	"concordat/internal/identifier/madeup"
	"concordat/internal/pg"
	"concordat/internal/vault"
	"concordat/memoranda"
	"concordat/memoranda/day"
	"concordat/migrations"
)

// Organisations is how many made organisations each ground reaches.
const Organisations = 44

// on is the legal day of every bench.
var on = day.Of(2025, time.September, 1)

// Options are what every bench takes.
type Options struct {
	// Listings is how many grounds a round puts in force.
	Listings int
	// Rounds is how often ours and the limit are measured in turn.
	Rounds int
	// Machine is machine time.
	Machine func() time.Time
	// Progress gets a line per step; io.Discard for none.
	Progress io.Writer
}

// rig is a private cluster with a migrated template database.
type rig struct {
	cluster   *pg.Cluster
	vault     *vault.Vault
	calendar  *calendar.Calendar
	catalogue *memoranda.Catalogue
	attested  *memoranda.Attestations
	machine   func() time.Time
	databases int
}

const base = "bench_base"

func newRig(ctx context.Context, machine func() time.Time) (*rig, error) {
	r := &rig{machine: machine}
	var err error
	if r.vault, err = vault.Ephemeral(true); err != nil {
		return nil, fmt.Errorf("make keys: %w", err)
	}
	if r.calendar, err = calendar.Embedded(); err != nil {
		return nil, fmt.Errorf("load calendars: %w", err)
	}
	if r.catalogue, r.attested, err = syntheticCatalogue(); err != nil {
		return nil, fmt.Errorf("make a catalogue: %w", err)
	}
	dir, err := pg.FreshDir("concordat-bench")
	if err != nil {
		return nil, fmt.Errorf("make a directory: %w", err)
	}
	r.cluster, err = pg.StartCluster(ctx, pg.ClusterConfig{Dir: dir, Profile: pg.ProfileBench, Temporary: true})
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	if err := r.template(ctx); err != nil {
		return nil, errors.Join(err, r.cluster.Remove())
	}
	return r, nil
}

func (r *rig) template(ctx context.Context) error {
	if err := r.cluster.CreateDatabase(ctx, base, ""); err != nil {
		return fmt.Errorf("make the template: %w", err)
	}
	db, err := pg.Open(ctx, pg.Config{URL: r.cluster.URL(base)})
	if err != nil {
		return fmt.Errorf("open the template: %w", err)
	}
	defer func() { _ = db.Close() }() // what matters was committed
	if err := migrations.Up(ctx, db.Pool); err != nil {
		return fmt.Errorf("migrate the template: %w", err)
	}
	return nil
}

// Close stops and removes the cluster.
func (r *rig) Close() error { return r.cluster.Remove() }

// copyOf makes a new database from another one, which nobody may be using.
func (r *rig) copyOf(ctx context.Context, template string) (string, error) {
	r.databases++
	name := fmt.Sprintf("bench_%d", r.databases)
	if err := r.cluster.CreateDatabase(ctx, name, template); err != nil {
		return "", fmt.Errorf("copy database %s: %w", template, err)
	}
	return name, nil
}

// world is one database with a register, the made organisations and grounds.
type world struct {
	name     string
	db       *pg.DB
	jobs     *river.Client[pgx.Tx]
	register *enforcement.Register
	act      enforcement.Act
	orgs     []enforcement.OrganisationID
	grounds  []enforcement.ID
}

// open opens a database of the rig; conns is the size of the pool.
func (r *rig) open(ctx context.Context, name string, conns int32) (*world, error) {
	db, err := pg.Open(ctx, pg.Config{URL: r.cluster.URL(name), MaxConns: conns})
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", name, err)
	}
	w := &world{name: name, db: db, act: enforcement.Daily(calendar.Start(on).Add(10 * time.Hour))}
	if w.jobs, err = river.NewClient(riverpgxv5.New(db.Pool), &river.Config{Schema: "river"}); err != nil {
		return nil, fmt.Errorf("make a job client: %w", err)
	}
	w.register, err = enforcement.New(ctx, enforcement.Config{
		DB: db, Jobs: w.jobs, Vault: r.vault, Calendar: r.calendar, Catalogue: r.catalogue, Attestations: r.attested, Machine: r.machine,
	})
	if err != nil {
		return nil, fmt.Errorf("open the register: %w", err)
	}
	return w, nil
}

// fill makes the court, the organisations, and n subjects with a decided ground each.
func (w *world) fill(ctx context.Context, r *rig, n int) error {
	court, err := w.register.AddOrganisation(ctx, w.act, enforcement.Organisation{
		Slug: "court", NameZH: "演示法院", NameEN: "Made court", Kind: enforcement.Court, Serves: "450103", CourtCode: "桂0103",
	})
	if err != nil {
		return fmt.Errorf("add the court: %w", err)
	}
	for i := range Organisations {
		id, err := w.register.AddOrganisation(ctx, w.act, enforcement.Organisation{
			Slug: fmt.Sprintf("made-%02d", i), NameZH: "演示单位", NameEN: "Made organisation", Kind: enforcement.Authority, Serves: "4501",
			Bodies: []enforcement.Part{{Body: fmt.Sprintf("body-%02d", i), From: day.Of(2016, time.January, 1)}},
		})
		if err != nil {
			return fmt.Errorf("add an organisation: %w", err)
		}
		w.orgs = append(w.orgs, id)
	}
	subjects, err := r.subjects(n, w.act.At)
	if err != nil {
		return err
	}
	return w.copyIn(ctx, court, subjects)
}

func (w *world) copyIn(ctx context.Context, court enforcement.OrganisationID, subjects [][]any) error {
	w.grounds = make([]enforcement.ID, len(subjects))
	grounds := make([][]any, len(subjects))
	for i, s := range subjects {
		w.grounds[i] = enforcement.NewID()
		grounds[i] = []any{w.grounds[i], "listing", enforcement.ListType, s[0], court, fmt.Sprintf("(2025)桂0103执%d号", i+1), on.UTC(), "pending"}
	}
	conn, err := w.db.Pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("take a connection: %w", err)
	}
	defer conn.Release()
	if err := registerEnums(ctx, conn.Conn(), "subject_kind", "ground_kind", "ground_state"); err != nil {
		return err
	}
	if _, err := conn.Conn().CopyFrom(ctx, pgx.Identifier{"subject"}, []string{"id", "kind", "envelope", "sealed", "key_version", "created_at"}, pgx.CopyFromRows(subjects)); err != nil {
		return fmt.Errorf("copy subjects in: %w", err)
	}
	_, err = conn.Conn().CopyFrom(ctx, pgx.Identifier{"ground"}, []string{"id", "kind", "list_type", "subject_id", "organisation_id", "reference", "decided_on", "state"}, pgx.CopyFromRows(grounds))
	if err != nil {
		return fmt.Errorf("copy grounds in: %w", err)
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

// subjects makes and seals n natural persons.
func (r *rig) subjects(n int, at time.Time) ([][]any, error) {
	rows := make([][]any, n)
	for i := range n {
		id := enforcement.NewID()
		number := madeup.NthPersonID(i)
		birth, _ := number.Birth()
		plain, err := json.Marshal(enforcement.Identity{Kind: memoranda.NaturalPerson, Name: madeup.NthPersonName(i), NumberKind: number.Kind, Number: number.Number, Birth: birth})
		if err != nil {
			return nil, fmt.Errorf("write a made subject: %w", err)
		}
		wrapped, envelope, err := r.vault.NewEnvelope(id)
		if err != nil {
			return nil, fmt.Errorf("make an envelope: %w", err)
		}
		sealed, err := envelope.Seal(plain, enforcement.SealedIdentity)
		if err != nil {
			return nil, fmt.Errorf("seal a made subject: %w", err)
		}
		rows[i] = []any{id, string(memoranda.NaturalPerson), wrapped, sealed, r.vault.Current(), at}
	}
	return rows, nil
}

// syntheticCatalogue is a made memorandum of 44 bodies with one measure each,
// attested for demonstration.
func syntheticCatalogue() (*memoranda.Catalogue, *memoranda.Attestations, error) {
	var bodies, signatories, measures, slugs strings.Builder
	for i := range Organisations {
		fmt.Fprintf(&bodies, "  - {slug: body-%02d, zh: 演示成员单位, en: Made body %d, evidence: known}\n", i, i)
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
		"list-types.yaml":  {Data: []byte("list_types:\n  - slug: " + enforcement.ListType + "\n    zh: 演示名单\n    en: Made list\n    kind: punish\n    authority: court\n    bases: [{basis: made-law}]\n    subjects: [natural-person, legal-person]\n    evidence: known\n")},
		"basic-list.yaml":  {Data: []byte("items:\n  - {slug: entry-ban, title: 演示, class: I, title_verified: false, evidence: known}\neditions:\n  - {name: \"2024\", from: 2024-02-18, items: [entry-ban], evidence: known}\n")},
		"made.yaml": {Data: []byte("memorandum:\n  slug: made\n  zh: 演示备忘录\n  en: Made memorandum\n  list_type: " + enforcement.ListType +
			"\n  edition: \"2016\"\n  from: 2016-01-20\n  status: in-force\n  signatories:\n" + signatories.String() + "  evidence: known\nmeasures:\n" + measures.String())},
	}
	c, err := memoranda.Load(files)
	if err != nil {
		return nil, nil, err
	}
	hash, err := statementHash(c)
	if err != nil {
		return nil, nil, err
	}
	a, err := memoranda.LoadAttestations("made", []byte(fmt.Sprintf(`attestations:
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
%s`, hash, slugs.String())), c)
	return c, a, err
}

func statementHash(c *memoranda.Catalogue) (string, error) {
	s := memoranda.Attestation{Memorandum: "made", Edition: "2016", BasicList: []string{"2024"}, Bases: []string{"made-law"}}
	for i := range Organisations {
		s.Measures = append(s.Measures, fmt.Sprintf("measure-%02d", i))
	}
	return fmt.Sprintf("%x", c.AttestedHash(s)), nil
}

// checkpoint flushes, so that no measurement pays for another's dirty pages.
func checkpoint(ctx context.Context, pool *pgxpool.Pool) error {
	if _, err := pool.Exec(ctx, `CHECKPOINT`); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

// walPosition returns how many bytes of log the cluster has written.
func walPosition(ctx context.Context, pool *pgxpool.Pool) (int64, error) {
	var bytes int64
	err := pool.QueryRow(ctx, `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint`).Scan(&bytes)
	if err != nil {
		return 0, fmt.Errorf("read the log's position: %w", err)
	}
	return bytes, nil
}
