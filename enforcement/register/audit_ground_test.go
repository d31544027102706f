package register_test

import (
	"strings"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/kinds"
)

// agreeing makes, for a kind, a case in force and one that ended.
func agreeing(t *testing.T, kind *ground.Table) (b *enforcetest.Bundle, live, ended enforcement.ID) {
	switch kind.Slug {
	case "listing":
		b = enforcetest.Setup(t)
		live, ended = b.Published(b.Subject(b.Company())), b.Published(b.Subject(b.Company()))
		must(t, b.Listings.Delete(t.Context(), b.Judge(), of(ended), b.Ending(1)))
	case "administrative-listing":
		l := enforcetest.SetupLists(t)
		b, live, ended = l.Bundle, l.PublishedOn(enforcetest.ListSerious, l.Subject(l.Company())), l.PublishedOn(enforcetest.ListSerious, l.Subject(l.Company()))
		must(t, l.Administrative.Revoke(t.Context(), l.OwnersReviewer(), of(ended), l.EndOfIt("")))
	case "reward":
		r := enforcetest.SetupRewards(t, false)
		b, live, ended = r.Bundle, r.Rewarded(enforcetest.GoodTaxpayer, r.Subject(r.Company())), r.Rewarded(enforcetest.GoodTaxpayer, r.Subject(r.Company()))
		must(t, r.Rewards.End(t.Context(), r.KeeperReviewer(), of(ended), "演示:经审查,符合规定的理由", "", enforcetest.Paper("演示终止决定书")))
	case "order":
		b = enforcetest.Setup(t)
		live, ended = b.Ordered(b.Subject(b.Company())), b.Ordered(b.Subject(b.Company()))
		must(t, b.Orders.Revoke(t.Context(), b.Judge(), of(ended), b.Lifting("")))
	default:
		t.Fatalf("nobody makes a %s", kind.Slug)
	}
	return b, live, ended
}

// Whatever a ground says of its case, and the case of itself, is found where the two
// disagree: of every kind, on whichever side it was changed.
func TestAuditFindsEveryDisagreement(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds.All() {
		t.Run(kind.Slug, func(t *testing.T) {
			t.Parallel()
			b, live, ended := agreeing(t, kind)
			other := b.Subject(b.Company())
			owner := strings.TrimPrefix(kind.OwnerColumn, "l.")
			wantAudit(t, b)
			rows := []disagreement{
				{"state", live, `ground SET case_state = '` + string(kind.Before[0]) + `'`},
				{"no state", live, `ground SET case_state = NULL`},
				{"state of an ended one", ended, `ground SET case_state = '` + string(kind.Live[0]) + `'`},
				{"version", live, `ground SET case_version = case_version + 1`},
				{"version of the row", live, kind.Rows + ` SET version = version + 1`},
				{"not in force", live, `ground SET state = 'pending'`},
				{"in force again", ended, `ground SET state = 'in-force', ended_on = NULL`},
				{"ended in the ground alone", live, `ground SET state = 'ended', ended_on = '2025-09-01'`},
				{"day of the end", ended, `ground SET ended_on = ended_on + 1`},
				{"day of the end in the row", ended, kind.Rows + ` SET ended_on = ended_on - 1`},
				{"retention", ended, `ground SET retain_until = retain_until + 1`},
				{"no retention", ended, `ground SET retain_until = NULL`},
				{"retention in the row", ended, kind.Rows + ` SET retain_until = retain_until + 1`},
				{"suspension", live, `ground SET suspended_for = 'court-stay'`},
				{"day of a suspension", live, `ground SET suspended_on = '2025-09-01'`},
				{"owner", live, `ground SET organisation_id = (SELECT min(id) FROM organisation WHERE id <> organisation_id)`},
				{"owner of the row", live, kind.Rows + ` l SET ` + owner + ` = (SELECT min(id) FROM organisation WHERE id <> l.` + owner + `)`},
				{"list", live, `ground SET list_type = 'another'`},
				{"subject", live, `ground SET subject_id = '` + other.String() + `'`},
				{"subject of the row", live, kind.Rows + ` SET subject_id = '` + other.String() + `'`},
			}
			if kind.Suspends {
				rows = append(rows,
					disagreement{"suspended in the ground alone", live, `ground SET state = 'suspended'`},
					disagreement{"suspended in the row alone", live, kind.Rows + ` SET suspended_for = 'court-stay', suspended_on = '2025-09-01'`},
				)
			}
			if kind.Slug == "order" { // the schema holds the debtor to the subject
				rows[len(rows)-3].update += `, debtor_id = '` + other.String() + `'`
			}
			for _, row := range rows {
				if !row.found(t, b, kind) {
					t.Errorf("%s: nothing was found", row.what)
				}
			}
			wantAudit(t, b)
		})
	}
}

// disagreement is a change of a ground, or of the row of a case, that no act can make.
type disagreement struct {
	what string
	id   enforcement.ID
	// update is the table, and what is set in it.
	update string
}

// found makes the change, asks the audit, and takes the change back.
func (d disagreement) found(t *testing.T, b *enforcetest.Bundle, kind *ground.Table) (found bool) {
	t.Helper()
	table := strings.Fields(d.update)[0]
	var was string
	must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT to_jsonb(x)::text FROM `+table+` x WHERE id = $1`, d.id).Scan(&was))
	tamper(t, b, `UPDATE `+d.update+` WHERE id = $1`, d.id)
	for _, f := range value(b.Auditor.Directives(t.Context(), nil))(t).Findings {
		found = found || (f.Directive == d.id && f.What == "is a "+kind.Slug+" whose ground says otherwise")
	}
	tamper(t, b, `DELETE FROM `+table+` WHERE id = $1`, d.id)
	tamper(t, b, `INSERT INTO `+table+` SELECT * FROM jsonb_populate_record(NULL::`+table+`, $1::jsonb)`, was)
	return found
}
