package register_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"concordat/enforcement/party"
	"concordat/internal/pg"
)

// A process keeps the organisations, and sees every change of them all the same: by
// another process, by hand, in a transaction of its own, and one that was taken back.
func TestKeptOrganisationsAreThoseOfTheRecord(t *testing.T) {
	t.Parallel()
	w := newPlanned(t, firstEdition)
	ctx := t.Context()
	other, _ := w.beside()
	roles := func(q bun.IDB) string {
		t.Helper()
		var list []string
		for _, o := range value(other.Parties.OrganisationsIn(ctx, q))(t) {
			var line strings.Builder
			line.WriteString(o.Slug + " " + o.Serves)
			for _, part := range o.Bodies {
				line.WriteString(" " + part.Body + "/" + part.From.String() + "/" + part.Until.String())
			}
			list = append(list, line.String())
		}
		return strings.Join(list, "\n")
	}
	agree := func(what string, q bun.IDB) {
		t.Helper()
		var want string
		must(t, q.NewRaw(`SELECT string_agg(line, E'\n' ORDER BY id) FROM (SELECT o.id, concat(o.slug, ' ', o.serves,
			string_agg(concat(' ', r.body, '/', r.valid_from, '/', r.valid_until), '' ORDER BY r.body, r.valid_from) FILTER (WHERE r.body IS NOT NULL)) AS line
			FROM organisation o LEFT JOIN organisation_role r ON r.organisation_id = o.id GROUP BY o.id) x`).Scan(ctx, &want))
		if diff := cmp.Diff(want, roles(q)); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	agree("at first", w.DB)
	must(t, second(w.Parties.AddOrganisation(ctx, w.System(), party.Organisation{
		Slug: "another", NameZH: "演示单位", NameEN: "Made organisation", Kind: party.Authority, Serves: "4501",
		Bodies: []party.Part{{Body: "body-0", From: w.Day()}, {Body: "body-1", From: w.Day(), Until: w.Day().AddDays(9)}},
	})))
	agree("one more, entered elsewhere", w.DB)

	changes := []string{
		`UPDATE organisation SET serves = '45' WHERE slug = 'another'`,
		`DELETE FROM organisation_role WHERE body = 'body-1'`,
		`INSERT INTO organisation_role (organisation_id, body, valid_from) SELECT id, 'body-3', '2025-01-01' FROM organisation WHERE slug = 'another'`,
		`UPDATE organisation_role SET valid_until = '2025-12-31' WHERE body = 'body-3'`,
	}
	errTakenBack := errors.New("taken back")
	err := other.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		for _, sql := range changes {
			must(t, second(tx.NewRaw(sql).Exec(ctx)))
			agree("in its own transaction: "+sql, tx)
			agree("beside the transaction: "+sql, w.DB)
		}
		return errTakenBack
	})
	if !errors.Is(err, errTakenBack) {
		t.Fatal(err)
	}
	agree("after it was taken back", w.DB)
	slices.Reverse(changes) // other changes than those that were taken back
	for _, sql := range changes {
		must(t, second(w.DB.NewRaw(sql).Exec(ctx)))
		agree(sql, w.DB)
	}

	// The copy is nobody's to change.
	list := value(other.Parties.Organisations(ctx))(t)
	list[0].Slug = "changed"
	agree("after a caller changed its list", w.DB)
}
