package adversary_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/directive"
)

// rest has everybody be honest until nothing is due, and looks whether all is right.
func (t *telling) rest() error {
	for _, d := range t.departments {
		d.behave(prompt, nil)
	}
	t.connect()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) { // between two looks
		waiting, err := t.waiting()
		if err != nil {
			return err
		}
		if waiting == 0 {
			return t.check()
		}
		if time.Now().After(end) {
			return fmt.Errorf("when all had been honest for %s, %d were still waiting", patience, waiting)
		}
	}
}

// waiting works the inboxes off, and counts what still waits for anybody.
func (t *telling) waiting() (int, error) {
	lanes, err := t.Directives.Lanes(t.t.Context(), t.Day())
	if err != nil {
		return 0, err
	}
	n := len(lanes) + t.Count(`SELECT count(*) FROM attempt WHERE settled_at IS NULL`)
	for _, d := range t.departments {
		if d.channel == byReading { // what it takes for the newest may be what it was told by API
			if err := t.reads(d); err != nil {
				return 0, err
			}
		}
		open, err := t.opened(d, 100, true)
		if err != nil {
			return 0, err
		}
		n += open
	}
	return n, nil
}

func (t *telling) reads(d *department) error {
	a, err := t.ask("look", d.clerk, "GET", "/v1/directives?limit=200", nil, "")
	if err != nil {
		return err
	}
	return d.takeOver(a)
}

// recorded is a directive in its newest version.
type recorded struct {
	id      uuid.UUID
	org     enforcement.OrganisationID
	version int16
	kind    directive.VersionKind
	step    directive.Step
}

const selectRecorded = `SELECT d.id, d.organisation_id, coalesce(a.version, 1), coalesce(a.kind::text, 'impose'), coalesce(a.step, d.step)::text
	FROM directive d LEFT JOIN LATERAL (SELECT * FROM amendment WHERE directive_id = d.id ORDER BY version DESC LIMIT 1) a ON true
	WHERE d.ground_id::text = $1 ORDER BY d.id`

func (t *telling) recorded(listing string) ([]recorded, error) {
	rows, err := t.DB.Pool.Query(t.t.Context(), selectRecorded, listing)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r recorded, err error) {
		err = row.Scan(&r.id, &r.org, &r.version, &r.kind, &r.step)
		return r, err
	})
}

// check looks at everything that must hold at rest.
func (t *telling) check() error {
	var wrong []error
	for _, m := range t.listings {
		list, err := t.recorded(m.id)
		if err != nil {
			return err
		}
		told := map[enforcement.OrganisationID]bool{}
		for _, r := range list {
			told[r.org] = true
			if i := slices.IndexFunc(t.departments, func(d *department) bool { return d.org == r.org }); i >= 0 {
				wrong = append(wrong, t.held(m, r, t.departments[i]))
			}
		}
		for org := range m.gives {
			if !told[org] {
				wrong = append(wrong, fmt.Errorf("listing %s: organisation %d was to carry it and was told nothing", m.id, org))
			}
		}
		if m.ended {
			wrong = append(wrong, t.nothingBurdensAfter(m))
		}
	}
	for what, sql := range never {
		if n := t.Count(sql); n != 0 {
			wrong = append(wrong, fmt.Errorf("%d rows: %s", n, what))
		}
	}
	audit, err := t.Auditor.Directives(t.t.Context(), nil)
	for _, f := range audit.Findings {
		wrong = append(wrong, fmt.Errorf("audit: %s", f))
	}
	return errors.Join(append(wrong, err)...)
}

// held compares what a department holds of a directive with what the model gives it.
func (t *telling) held(m *modelled, r recorded, d *department) error {
	gives, until := m.carries(r.org)
	have, known := d.ledger.Get(r.id)
	say := func(what string) error {
		return fmt.Errorf("%s: directive %s of listing %s (ended %t, suspended %t): organisation %d (%s) holds version %d (%s) with %d measures until %q; it is given %d until %q, the record is at version %d (%s %s)",
			what, r.id, m.id, m.ended, m.suspended, r.org, d.channel, have.Version, have.Kind, len(have.Measures), have.ValidUntil, len(gives), until, r.version, r.kind, r.step)
	}
	for _, name := range have.Measures {
		if _, slug, _ := strings.Cut(name, "/"); !slices.Contains(gives, slug) {
			return say("carried without a ground")
		}
	}
	switch {
	case m.ended && r.kind != directive.Withdraw:
		return say("ended and not withdrawn")
	case m.ended && known && !have.Withdrawn:
		return say("an end did not arrive")
	case !known || len(have.Measures) == 0:
	case have.ValidUntil != until:
		return say("until another day")
	default:
		t.done["carried"]++
	}
	return nil
}

const selectLeftAfter = `SELECT count(*) FROM (SELECT u.id, u.v FROM attempt p JOIN event e ON e.id = p.event_id CROSS JOIN unnest(e.directives, e.versions) u (id, v)
	JOIN directive d ON d.id = u.id LEFT JOIN amendment a ON a.directive_id = u.id AND a.version = u.v
	WHERE d.ground_id::text = $1 AND p.opened_at > $2 AND coalesce(a.burdens, true) GROUP BY u.id, u.v HAVING count(*) > 1) x`

// nothingBurdensAfter demands that nothing that burdens was sent after the answer to an
// end, but the one send that had been read before it: that one's withdrawal follows.
func (t *telling) nothingBurdensAfter(m *modelled) error {
	if n := t.Count(selectLeftAfter, m.id, m.endedAt); n > 0 {
		return fmt.Errorf("listing %s: %d that burden left, and left again, after its end", m.id, n)
	}
	return nil
}

// never are queries that count what must not be, whatever was said.
var never = map[string]string{
	"a version above a withdrawal":           `SELECT count(*) FROM amendment a JOIN amendment w ON w.directive_id = a.directive_id AND w.kind = 'withdraw' WHERE a.version > w.version`,
	"an ended ground that is not withdrawn":  `SELECT count(*) FROM directive d JOIN ground g ON g.id = d.ground_id WHERE g.state = 'ended' AND NOT EXISTS (SELECT FROM amendment a WHERE a.directive_id = d.id AND a.kind = 'withdraw')`,
	"a lifting that nobody sent":             `SELECT count(*) FROM amendment WHERE kind IN ('withdraw', 'suspend') AND step = 'queued'`,
	"two versions of a directive are due":    `SELECT count(*) FROM (SELECT directive_id FROM amendment WHERE due GROUP BY 1 HAVING count(*) > 1) x`,
	"a send that nobody settled":             `SELECT count(*) FROM attempt WHERE settled_at IS NULL`,
	"something burdens of what is withdrawn": `SELECT count(*) FROM directive d JOIN amendment w ON w.directive_id = d.id AND w.kind = 'withdraw' WHERE d.due`,
}
