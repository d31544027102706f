package adversary_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// inDoubt tells how a listing is carried by all, ends while every system is away, and is
// acknowledged by hand by clerks who were not asked.
func inDoubt(w *world) (*telling, error) {
	t := &telling{world: w}
	if err := t.publish(step{}); err != nil {
		return nil, err
	}
	if err := t.rest(); err != nil {
		return nil, err
	}
	for _, d := range t.departments {
		d.behave(away, nil)
	}
	if err := t.endOne(t.listings[0], 1); err != nil {
		return nil, err
	}
	const tried = `SELECT count(*) FROM amendment WHERE kind = 'withdraw' AND step = 'left' AND due`
	for end := time.Now().Add(patience); t.Count(tried) < 3; time.Sleep(10 * time.Millisecond) { // until all three were tried
		if time.Now().After(end) {
			return nil, errors.New("nobody tried to send the withdrawals")
		}
	}
	for n := range t.departments {
		if err := t.answer(step{A: n}); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// What a department's officer acknowledges by hand while its system is away, and never
// heard of it, arrives there all the same.
func TestALiftingArrivesWhateverIsAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	told, err := inDoubt(w)
	must(t, err)
	if w.done["answer"] < 3 {
		t.Fatalf("only %d answers were taken", w.done["answer"])
	}
	must(t, told.rest())
}

// An oracle that finds nothing shows nothing: an answer that has a lifting never leave, a
// version above a withdrawal, a ledger that restricts on and a hand at the steps are found.
func TestPlantedDefectsAreFound(t *testing.T) {
	t.Parallel()
	for name, defect := range map[string]struct {
		// before and after are planted in the database before the tale and at its end.
		before, after []string
		says          string
	}{
		"an answer clears due": {
			before: []string{
				`CREATE FUNCTION clear_due() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.due := false; RETURN NEW; END $$`,
				`CREATE TRIGGER clear_due BEFORE UPDATE ON amendment FOR EACH ROW WHEN (NEW.step = 'acknowledged' AND NEW.due) EXECUTE FUNCTION clear_due()`,
			},
			says: "carried without a ground",
		},
		"a version above a withdrawal": {
			before: []string{`DROP TRIGGER amendment_withdrawal_is_last ON amendment`},
			after:  []string{aboveWithdrawal},
			says:   "a version above a withdrawal",
		},
		"a step that no event tells": {
			after: []string{`UPDATE amendment SET step = 'delivered' WHERE (directive_id, version) = (SELECT directive_id, version FROM amendment WHERE step = 'acknowledged' LIMIT 1)`},
			says:  "audit: ",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			plant := func(list []string) {
				for _, sql := range list {
					_, err := w.DB.Pool.Exec(t.Context(), sql)
					must(t, err)
				}
			}
			plant(defect.before)
			told, err := inDoubt(w)
			must(t, err)
			if len(defect.after) > 0 {
				must(t, told.rest())
				plant(defect.after)
			}
			if err := told.rest(); err == nil || !strings.Contains(err.Error(), defect.says) {
				t.Errorf("not found, for it says: %v", err)
			}
		})
	}
}

const aboveWithdrawal = `INSERT INTO amendment (directive_id, version, organisation_id, kind, lane, step, burdens, due, measures)
	SELECT w.directive_id, w.version + 1, w.organisation_id, 'resume', 'bulk', 'queued', true, true, d.measures
	FROM amendment w JOIN directive d ON d.id = w.directive_id WHERE w.kind = 'withdraw' LIMIT 1`

// With the schema as it is nobody can plant the second.
func TestNothingIsPlantedAboveAWithdrawal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	told, err := inDoubt(w)
	must(t, err)
	_, err = w.DB.Pool.Exec(t.Context(), aboveWithdrawal)
	if refused, ok := errors.AsType[*pgconn.PgError](err); !ok || refused.ConstraintName != "amendment_withdrawal_is_last" {
		t.Errorf("a version above a withdrawal: %v", err)
	}
	must(t, told.rest())
}
