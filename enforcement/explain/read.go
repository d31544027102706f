package explain

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/ground"
	"concordat/enforcement/hold"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// told is all that the record tells of some grounds, for who asks and a day: it is read in
// one round trip, and what follows from it is reckoned.
type told struct {
	r         *Explainer
	act       enforcement.Act
	on, today day.Day
	ofDay     directive.Planned

	grounds    []explainedGround // that who asks may know of
	turns      []turn
	directives []explainedDirective
	reports    []reportRow
	reviews    []reviewRow
	planned    []plannedRow // on a day of the past
	holds      []holdRow
}

// turn is a suspension in the log, or its end.
type turn struct {
	Ground enforcement.ID `bun:"ground_id"`
	Began  bool           `bun:"began"`
	At     time.Time      `bun:"at"`
}

// explainedDirective is one directive of a ground in its newest version, and the
// measures that any version of it carried.
type explainedDirective struct {
	ID           enforcement.ID             `bun:"id"`
	Ground       enforcement.ID             `bun:"ground_id"`
	Organisation enforcement.OrganisationID `bun:"organisation_id"`
	Plan         int32                      `bun:"plan_id"`
	Version      int16                      `bun:"version"`
	Kind         directive.VersionKind      `bun:"kind"`
	Step         directive.Step             `bun:"step"`
	ValidUntil   day.Day                    `bun:"valid_until"`
	Measures     []int16                    `bun:"measures,array"`
	Ever         []int16                    `bun:"ever,array"`
	Gone         bool                       `bun:"gone"` // some version may have left
	Stopped      bool                       `bun:"stopped"`
}

// reported is a measure of a directive.
type reported struct {
	directive enforcement.ID
	measure   int16
}

// reportRow is what was said of one.
type reportRow struct {
	Directive  enforcement.ID          `bun:"directive_id"`
	Measure    int16                   `bun:"measure_id"`
	Outcome    directive.ReportOutcome `bun:"outcome"`
	Reason     string                  `bun:"reason"`
	Basis      string                  `bun:"basis"`
	KeptUntil  day.Day                 `bun:"kept_until"`
	ReportedOn day.Day                 `bun:"reported_on"`
	State      directive.KeptState     `bun:"state"` // of what is kept
	Number     string                  `bun:"decision_number"`
	ServedOn   day.Day                 `bun:"decision_served_on"`
	Remedy     string                  `bun:"decision_remedy"`
	NotedOn    day.Day                 `bun:"noted_on"`
	Reasons    string                  `bun:"note_reasons"`
}

func (p *reportRow) report() *Report {
	r := &Report{Outcome: p.Outcome, Reason: p.Reason, Basis: p.Basis, KeptUntil: p.KeptUntil, ReportedOn: p.ReportedOn}
	if p.State != "" {
		r.Kept = &Kept{State: p.State, Number: p.Number, ServedOn: p.ServedOn, Remedy: p.Remedy, NotedOn: p.NotedOn, Reasons: p.Reasons}
	}
	return r
}

// reviewRow is a review of a reward.
type reviewRow struct {
	Reward      enforcement.ID `bun:"reward_id"`
	OpenedOn    day.Day        `bun:"opened_on"`
	NoticedOn   day.Day        `bun:"noticed_on"`
	AnswerUntil day.Day        `bun:"answer_until"`
	AnsweredOn  day.Day        `bun:"answered_on"`
	Outcome     string         `bun:"outcome"`
	DecidedOn   day.Day        `bun:"decided_on"`
	Basis       string         `bun:"basis"`
}

// plannedRow is a line of the plan that a ground stood under on a day.
type plannedRow struct {
	Ground       enforcement.ID             `bun:"ground"`
	Organisation enforcement.OrganisationID `bun:"organisation_id"`
	Measures     []int16                    `bun:"measures,array"`
}

// holdRow is a hold that stops anything of a ground.
type holdRow struct {
	Ground enforcement.ID
	hold.Hold
}

// ofDirective and ofSubject ask for the grounds that an explanation is about.
func ofDirective(id enforcement.ID) func(bun.IDB) *bun.SelectQuery {
	return func(db bun.IDB) *bun.SelectQuery {
		return db.NewSelect().Table("directive").Column("ground_id").Where("id = ?", id)
	}
}

func ofSubject(id enforcement.ID) func(bun.IDB) *bun.SelectQuery {
	return func(db bun.IDB) *bun.SelectQuery {
		return db.NewSelect().Table("ground").Column("id").Where("subject_id IN (SELECT same_person(?))", id)
	}
}

var (
	selectGrounds = `SELECT g.id, g.kind, g.list_type, g.subject_id, s.kind AS subject_kind, g.organisation_id, o.name_zh, o.name_en, o.serves,
      coalesce(g.region, s.region) AS region,
      g.reference, g.decided_on, g.valid_until, g.state, g.in_force_on, g.ended_on, c.number AS case_number, s.envelope,
      ` + party.SealedOf("g.organisation_id") + ` AS sealed,
      l.conducts, m.grounds AS circumstances, m.basis, coalesce(l.notice_served_on, m.notice_served_on, k.notice_served_on) AS noticed_on,
      m.window_until, m.announced_on,
      coalesce(l.served_on, m.served_on, k.served_on) AS served_on,
      coalesce(l.published_on, m.published_on, k.published_on) AS published_on,
      coalesce(greatest(l.term_until, l.extended_until), m.term_until, w.valid_until, k.valid_until) AS term_until,
      CASE WHEN g.state = 'ended' THEN coalesce(l.state::text, m.state::text, w.end_kind, k.state::text, '') ELSE '' END AS how,
      EXISTS (SELECT FROM directive d WHERE d.subject_id = g.subject_id AND d.ground_id = g.id AND d.organisation_id = ?1) AS has_directive,
      unconfirmed(g) AS unconfirmed
    FROM ground g JOIN subject s ON s.id = g.subject_id JOIN organisation o ON o.id = g.organisation_id
    LEFT JOIN execution_case c ON c.id = g.case_id LEFT JOIN listing l ON l.id = g.id
    LEFT JOIN administrative_listing m ON m.id = g.id LEFT JOIN reward w ON w.id = g.id
    LEFT JOIN consumption_order k ON k.id = g.id
    WHERE g.id IN (?0) ORDER BY g.id`

	selectTurns = `SELECT ground_id, kind = ?1 AS began, at FROM event WHERE ground_id IN (?0) AND kind IN (?1, ?2) ORDER BY seq`

	selectDirectives = `SELECT d.id, d.ground_id, d.organisation_id, d.plan_id, coalesce(a.version, 1) AS version,
      coalesce(a.kind::text, 'impose') AS kind, coalesce(a.step, d.step) AS step, coalesce(a.measures, d.measures) AS measures,
      CASE WHEN a.version IS NULL THEN d.valid_until ELSE a.valid_until END AS valid_until,
      ARRAY(SELECT DISTINCT unnest(d.measures || coalesce(e.measures, '{}')) ORDER BY 1) AS ever,
      d.step IN ('left', 'delivered', 'acknowledged') OR coalesce(e.gone, false) AS gone,
      coalesce(a.due, d.due) AND coalesce(a.burdens, true) AND directive_held(d.organisation_id, d.ground_id, d.plan_id) AS stopped
    FROM ground g JOIN directive d ON d.subject_id = g.subject_id AND d.ground_id = g.id
    LEFT JOIN LATERAL (SELECT version, kind, step, valid_until, measures, due, burdens FROM amendment WHERE directive_id = d.id
      AND (?1 = 0 OR g.organisation_id = ?1 OR step IN ('left', 'delivered', 'acknowledged') OR NOT burdens AND step <> 'cancelled')
      ORDER BY version DESC LIMIT 1) a ON true
    LEFT JOIN LATERAL (SELECT array_agg(m) FILTER (WHERE m IS NOT NULL) AS measures,
        bool_or(step IN ('left', 'delivered', 'acknowledged')) AS gone
      FROM amendment x LEFT JOIN LATERAL unnest(x.measures) m ON true WHERE x.directive_id = d.id) e ON true
    WHERE g.id IN (?0) ORDER BY d.organisation_id, d.id`

	selectReports = `SELECT p.directive_id, p.measure_id, p.outcome, p.reason, p.basis, p.kept_until, p.reported_on,
      CASE WHEN p.outcome = 'kept' THEN ` + directive.KeptStateOn + ` END AS state,
      p.decision_number, p.decision_served_on, p.decision_remedy, p.noted_on, p.note_reasons
    FROM ground g JOIN directive d ON d.subject_id = g.subject_id AND d.ground_id = g.id JOIN report p ON p.directive_id = d.id
    WHERE g.id IN (?) ORDER BY p.version`

	selectReviews = `SELECT reward_id, opened_on, noticed_on, answer_until, answered_on, outcome, decided_on, basis FROM reward_review
    WHERE reward_id IN (?) ORDER BY opened_on, id`

	selectPlanned = `WITH RECURSIVE chain (ground, id, n) AS (SELECT id, plan_id, 0 FROM ground WHERE id IN (?0)
      UNION ALL SELECT c.ground, s.to_plan, c.n + 1 FROM chain c JOIN plan_switch s ON s.from_plan = c.id WHERE s.day <= ?1)
    SELECT t.ground, l.organisation_id, l.measures FROM (SELECT DISTINCT ON (ground) ground, id FROM chain ORDER BY ground, n DESC) t
    JOIN plan_line l ON l.plan_id = t.id ORDER BY t.ground, l.position`
)

// read asks for everything at once. which asks for the ids of grounds.
func (r *Explainer) read(ctx context.Context, act enforcement.Act, on day.Day, which func(bun.IDB) *bun.SelectQuery, more ...pg.Ask) (*told, error) {
	t := &told{r: r, act: act, on: on, today: r.Record.Today(act.At)}
	db := r.Record.DB
	grounds := which(db)
	var planned directive.AskPlanned
	births := db.NewSelect().TableExpr("ground AS g").Join("JOIN directive AS d ON d.subject_id = g.subject_id AND d.ground_id = g.id").
		Column("d.plan_id").Where("g.id IN (?)", grounds)
	asks := append(planned.Asks(db, births),
		pg.All(db.NewRaw(selectGrounds, grounds, pg.Number(act.Actor.Organisation)), &t.grounds),
		pg.All(db.NewRaw(selectTurns, grounds, ground.EventSuspended, ground.EventResumed), &t.turns),
		pg.All(db.NewRaw(selectDirectives, grounds, pg.Number(recipient(act))), &t.directives),
		pg.All(db.NewRaw(selectReports, t.today, grounds), &t.reports),
		pg.All(db.NewRaw(selectReviews, grounds), &t.reviews),
		pg.All(hold.Over(db, grounds).ColumnExpr("g.id AS ground"), &t.holds))
	if on != t.today {
		asks = append(asks, pg.All(db.NewRaw(selectPlanned, grounds, on), &t.planned))
	}
	err := db.Together(ctx, append(asks, more...)...)
	if err != nil {
		return nil, fmt.Errorf("read what is to be explained: %w", err)
	}
	if t.ofDay, err = r.Directives.Planned(ctx, &planned); err != nil {
		return nil, err
	}
	// An overseer and the system may know of all, others of their own organisation's
	// decisions and of those that sent it a directive.
	t.grounds = slices.DeleteFunc(t.grounds, func(g explainedGround) bool { return !g.mayExplain(act) })
	t.forget(act)
	for i := range t.grounds {
		t.suspend(&t.grounds[i])
	}
	return t, nil
}

// recipient is the department that asks what it was sent, or 0.
func recipient(act enforcement.Act) enforcement.OrganisationID {
	if slices.Contains(enforcement.Department, act.Actor.Role) {
		return act.Actor.Organisation
	}
	return 0
}

// forget leaves a department nothing that it was never sent, of what does not rest on its own
// decision, and nothing that ended too long ago.
func (t *told) forget(act enforcement.Act) {
	org := recipient(act)
	if org == 0 {
		return
	}
	sent := map[enforcement.ID]bool{}
	for _, d := range t.directives {
		sent[d.Ground] = sent[d.Ground] || d.Organisation == org && d.Gone
	}
	since := t.r.Directives.RememberedSince(t.today)
	t.grounds = slices.DeleteFunc(t.grounds, func(g explainedGround) bool {
		return g.Owner != org && (!sent[g.ID] || !g.EndedOn.IsZero() && g.EndedOn < since)
	})
}

func (t *told) library() library { return library{t.ofDay.Text.Catalogue, t.ofDay.Text.Attested} }

// suspend tells from the log when the ground was suspended.
func (t *told) suspend(g *explainedGround) {
	for _, e := range t.turns {
		if e.Ground != g.ID {
			continue
		}
		on := t.r.Record.Today(e.At)
		if e.Began {
			g.suspensions = append(g.suspensions, suspension{from: on})
		} else if n := len(g.suspensions); n > 0 {
			g.suspensions[n-1].until = on
		}
	}
}

// reported are the newest words on each measure.
func (t *told) reported() map[reported]*Report {
	said := make(map[reported]*Report, len(t.reports))
	for i := range t.reports {
		p := &t.reports[i]
		said[reported{p.Directive, p.Measure}] = p.report()
	}
	return said
}

// reviewsOf are the reviews of a reward, oldest first. That its subject stands on another
// list is nothing for those who only carry the reward out.
func (t *told) reviewsOf(g explainedGround) (list []Review) {
	if g.Kind != memoranda.OnReward || (!seesAll(t.act) && g.Owner != t.act.Actor.Organisation) {
		return nil
	}
	for _, v := range t.reviews {
		if v.Reward == g.ID {
			list = append(list, Review{
				OpenedOn: v.OpenedOn, NoticedOn: v.NoticedOn, AnswerUntil: v.AnswerUntil, AnsweredOn: v.AnsweredOn, Outcome: v.Outcome, DecidedOn: v.DecidedOn, Basis: v.Basis,
			})
		}
	}
	return list
}

// plannedFor is the plan that a ground stood under on the day.
func (t *told) plannedFor(g explainedGround) (lines []plan.Share) {
	for _, p := range t.planned {
		if p.Ground == g.ID {
			lines = append(lines, plan.Share{Organisation: p.Organisation, Measures: p.Measures})
		}
	}
	return lines
}

// holdsOver are the standing holds that stop anything of a ground.
func (t *told) holdsOver(g explainedGround) (list []hold.Hold) {
	for _, h := range t.holds {
		if h.Ground == g.ID {
			list = append(list, h.Hold)
		}
	}
	return list
}
