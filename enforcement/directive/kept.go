// pgx: what was said is read with reports, a thousand at a time.

package directive

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/internal/calendar"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// TaskKept is the task of who keeps the list while a department keeps a measure on its own
// basis of which nobody there has taken note ([Directives.NoteKept]). It is opened after the
// end of the case, too.
const TaskKept = "kept"

// ClockKept is until when that note is to be taken: no law sets it.
var ClockKept = docket.Deadline{
	Kind: "note-kept", Period: calendar.Period{Value: 3, Unit: calendar.WorkingDays, Source: docket.OwnTerm}, Event: "measure-kept",
}

// keptYears is how long after the withdrawal a measure may be kept where its basis gives no
// period: ours, an open question.
const keptYears = 2

// The longest texts of what is kept, in characters.
const (
	MaxBasis  = 500
	MaxRemedy = 1000
)

// Cited is a legal basis that the catalogue does not have, by its title and article.
type Cited struct {
	Title   string
	Article string
}

// OwnDecision is the department's own decision on what it keeps: nobody is restricted
// without one that was served with its remedy (行政处罚法 Art. 44, 61 likewise).
type OwnDecision struct {
	Number   string
	ServedOn day.Day
	// Remedy says where and until when the subject can seek review.
	Remedy string
}

// checkKept refuses what is kept without all that it stands on.
func (p *Report) checkKept(c *memoranda.Catalogue, today day.Day) error {
	cited := p.Cited != Cited{}
	switch {
	case p.KeptUntil.IsZero() || (p.Basis == "") != cited:
		return enforcement.Refuse("report.kept")
	case !cited && c.Keeping(p.Basis, today) == nil:
		return enforcement.Refuse("report.kept-basis")
	case cited && (!plain(p.Cited.Title, MaxBasis) || !plain(p.Cited.Article, MaxBasis) || !c.MayCite(p.Cited.Title, today)):
		return enforcement.Refuse("report.kept-basis")
	case !plain(p.Decision.Number, MaxBasis) || !plain(p.Decision.Remedy, MaxRemedy):
		return enforcement.Refuse("report.kept-decision")
	case p.Decision.ServedOn.IsZero() || p.Decision.ServedOn > today:
		return enforcement.Refuse("report.kept-decision")
	}
	return nil
}

// plain reports whether the title, number or remedy of a decision is [shown] as it is, and
// none that a spreadsheet takes for a formula: no law's title begins like one.
func plain(text string, most int) bool {
	return shown(text, most) && !strings.ContainsAny(firstRune(text), "=+-@＝＋－＠")
}

// shown reports whether a text says something and is nothing else where it is shown: it has
// letters, no control characters and no markup.
func shown(text string, most int) bool {
	harmful := func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '<' || r == '>' }
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= most && strings.ContainsFunc(text, unicode.IsLetter) &&
		!strings.ContainsFunc(text, harmful)
}

// firstRune is the first character that is no space.
func firstRune(text string) string {
	text = strings.TrimSpace(text)
	_, size := utf8.DecodeRuneInString(text)
	return text[:size]
}

// ownBasis is the catalogue's slug and the words of what a measure is kept on; of any other
// report the words as they came.
func (p *Report) ownBasis(c *memoranda.Catalogue) (slug, words string) {
	switch {
	case p.Outcome != kept:
		return "", p.Basis
	case p.Basis == "":
		return "", p.Cited.Title + " " + p.Cited.Article
	}
	if b := c.Basis(p.Basis); b != nil {
		words = b.Words()
	}
	return p.Basis, words
}

// last is the last day on which a measure may be kept that was withdrawn on a day.
func (p *Report) last(c *memoranda.Catalogue, withdrawn day.Day) day.Day {
	if b := c.Basis(p.Basis); b != nil {
		return b.Last(withdrawn, keptYears)
	}
	return withdrawn.AddYears(keptYears)
}

// bearsKept refuses to keep what was not withdrawn, or never stood; beyond the period; what
// was said to be lifted or never applied; and the same anew on something else, unless who
// keeps the list disputes what it rests on.
func (v *reportedVersion) bearsKept(measure int16, report *Report, c *memoranda.Catalogue, today day.Day) error {
	if v.kind != Withdraw || v.revoked || v.reward {
		return enforcement.Refuse("report.not-kept")
	}
	if last := report.last(c, v.lifted); report.KeptUntil < today || report.KeptUntil > last {
		return enforcement.Refuse("report.kept-term", "until", last.String())
	}
	said, before := v.said[measure]
	switch {
	case !before || said.Outcome == kept && (said.Decision == OwnDecision{} || v.disputed[measure]):
		return nil
	case said.Outcome != kept || said.Basis != report.Basis || said.Cited != report.Cited || said.Decision != report.Decision || said.KeptUntil != report.KeptUntil:
		return enforcement.Refuse("report.kept-again")
	}
	return nil
}

const selectSaid = `SELECT directive_id, version, measure_id, outcome, coalesce(basis_slug, ''), coalesce(basis_title, ''),
    coalesce(basis_article, ''), coalesce(decision_number, ''), decision_served_on, coalesce(decision_remedy, ''), kept_until,
    coalesce(note = 'disputed', false)
  FROM report WHERE directive_id = ANY ($1)`

// readSaid reads the standing words on what was withdrawn.
func readSaid(ctx context.Context, p pgx.Tx, about map[VersionKey]*reportedVersion) error {
	var ids []enforcement.ID
	for key, v := range about {
		if v.kind == Withdraw {
			ids = append(ids, key.Directive)
			v.said, v.disputed = map[int16]Report{}, map[int16]bool{}
		}
	}
	rows, err := p.Query(ctx, selectSaid, ids)
	if err != nil {
		return fmt.Errorf("read what was said of %d withdrawals: %w", len(ids), err)
	}
	var key VersionKey
	var measure int16
	var q Report
	var disputed bool
	scan := []any{
		&key.Directive, &key.Version, &measure, &q.Outcome, &q.Basis, &q.Cited.Title, &q.Cited.Article,
		&q.Decision.Number, &q.Decision.ServedOn, &q.Decision.Remedy, &q.KeptUntil, &disputed,
	}
	_, err = pgx.ForEachRow(rows, scan, func() error {
		if v := about[key]; v != nil && v.kind == Withdraw {
			v.said[measure], v.disputed[measure] = q, disputed
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read what was said of %d withdrawals: %w", len(ids), err)
	}
	return nil
}

// followKept gives who keeps the list its task of what is newly kept, and closes it where
// nothing waits for a note any more.
func (r *Directives) followKept(ctx context.Context, tx *pg.Tx, rows *reportRows, changed map[reportKey]bool, today day.Day) error {
	opened, settled := map[enforcement.ID]bool{}, map[enforcement.ID]bool{}
	for i, key := range rows.keys {
		v := rows.versions[key.VersionKey]
		switch {
		case !changed[key] || v.kind != Withdraw:
		case rows.reports[i].Outcome == kept:
			if !opened[v.ground] {
				r.openKept(tx, v.ground, v.owner, today)
			}
			opened[v.ground] = true
		case v.said[key.measure].Outcome == kept:
			settled[v.ground] = true
		}
	}
	for ground := range settled {
		if !opened[ground] {
			if err := closeKept(ctx, tx, ground, string(Lifted), today); err != nil {
				return err
			}
		}
	}
	return nil
}

// openKept gives the owner of a ground the task and its clock.
func (r *Directives) openKept(tx *pg.Tx, ground enforcement.ID, owner enforcement.OrganisationID, today day.Day) {
	docket.OpenTasks(tx, []enforcement.ID{ground}, TaskKept, today)
	r.Docket.StartClock(tx, owner, ground, today, ClockKept)
}

// closeKept closes the task of a ground and stops its clock, unless something kept of it
// waits for a note.
func closeKept(ctx context.Context, tx *pg.Tx, ground enforcement.ID, because string, today day.Day) error {
	waits, err := keptRows(tx).ColumnExpr("1").Where("g.id = ? AND p.note IS NULL", ground).Exists(ctx)
	if err != nil {
		return fmt.Errorf("look what is kept of ground %s: %w", ground, err)
	}
	if waits {
		return nil
	}
	if _, err := docket.CloseTasks(ctx, tx, ground, TaskKept, because, today); err != nil {
		return err //nolint:wrapcheck // says what was being done
	}
	docket.StopClock(tx, ground, []string{ClockKept.Kind}, today)
	return nil
}
