package enforcement

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// End is how a published listing ends: one of four, never a flag.
type End string

// The four ends.
const (
	EndDeleted      End = "deleted"       // the reason ended (Art. 10 ¶1)
	EndExpired      End = "expired"       // the term is over (Art. 10 ¶2)
	EndEarlyDeleted End = "early-deleted" // the court's discretion (Art. 2 ¶2)
	EndRevoked      End = "revoked"       // it should never have been (Art. 9)
)

// Ending is the decision that ends a listing.
type Ending struct {
	// Item is 1 to 7: which event of Art. 10 ¶1; only for deleted.
	Item int
	// EventOn is the day the event occurred or the wrong was found: the three
	// working days run from it, not from the entry.
	EventOn day.Day
	Reasons string
}

// retentionMonths is how long an ended record is kept before it is due for
// shredding. The law names no number: the shortest that serves archive and
// remedies is kept (PIPL Art. 19; docs/open-questions.md).
const retentionMonths = 12

// Delete ends a listing without a term because its reason ended (Art. 10 ¶1).
func (r *Register) Delete(ctx context.Context, act Act, c Change, e Ending) error {
	if e.Item < 1 || e.Item > 7 {
		return refuse("end.item")
	}
	return r.end(ctx, act, c, MoveDelete, EventDeleted, e, termDelete, "法释〔2017〕7号 Art. 10 ¶1", Judge, President)
}

// DeleteEarly ends a listing with a term at the court's discretion (Art. 2 ¶2).
func (r *Register) DeleteEarly(ctx context.Context, act Act, c Change, e Ending) error {
	return r.end(ctx, act, c, MoveEarly, EventEarlyDeleted, e, termDelete, "法释〔2017〕7号 Art. 2 ¶2", Judge, President)
}

// Revoke ends a listing that should never have been (Art. 9).
func (r *Register) Revoke(ctx context.Context, act Act, c Change, e Ending) error {
	return r.end(ctx, act, c, MoveRevoke, EventRevoked, e, termRevoke, "法释〔2017〕7号 Art. 9", Judge, President)
}

// Expire ends a listing whose term is over; nobody needs to decide it.
func (r *Register) Expire(ctx context.Context, act Act, c Change) error {
	return r.end(ctx, act, c, MoveExpire, EventExpired, Ending{Reasons: "term over"}, termExpire, "法释〔2017〕7号 Art. 10 ¶2", System)
}

// end is one transaction: the listing's end, the end of its ground, the queuing
// of all its withdrawals, the cancellations, the event and the wake-ups.
func (r *Register) end(ctx context.Context, act Act, c Change, move ListingMove, kind EventKind, e Ending, t term, basis string, roles ...Role) error {
	if err := act.check(roles...); err != nil {
		return err
	}
	if e.Reasons == "" {
		return refuse("end.reasons")
	}
	return r.change(ctx, act, c, move, func(ctx context.Context, tx *pg.Tx, l Listing, next ListingState) (*event, error) {
		today := r.Today(act.At)
		if move == MoveExpire {
			e.EventOn = l.Until()
		}
		if err := r.mayEnd(ctx, tx, l, move, e, today); err != nil {
			return nil, err
		}
		sealed, err := r.sealFor(l, "end-reasons", []byte(e.Reasons))
		if err != nil {
			return nil, err
		}
		err = set(ctx, tx, l, next, `ended_on = $4::date, end_event_on = $5::date, end_item = nullif($6, 0), end_reasons = $7, creditor_withdrew = $8,
			retain_until = $9::date, suspended_for = NULL, suspended_on = NULL, correcting_since = NULL`,
			today, e.EventOn, e.Item, sealed, move == MoveDelete && e.Item == 3, today.AddMonths(retentionMonths))
		if err != nil {
			return nil, err
		}
		if err := r.startClock(ctx, tx, l.Court, l.ID, e.EventOn, t); err != nil {
			return nil, err
		}
		if err := stopClocks(ctx, tx, l.ID, today); err != nil {
			return nil, err
		}
		if err := closeTasks(ctx, tx, l.ID, today); err != nil {
			return nil, err
		}
		ev, err := r.endGrounds(ctx, tx, act, []ID{l.ID})
		if err != nil {
			return nil, err
		}
		if move == MoveRevoke {
			if err := r.rewardsRestored(ctx, tx, act, []ID{l.ID}); err != nil {
				return nil, err
			}
		}
		ev.Kind, ev.Day, ev.LegalBasis, ev.DocumentHash = kind, e.EventOn, basis, r.vault.DocumentHash([]byte(e.Reasons))
		if e.Item > 0 {
			ev.Reason = fmt.Sprintf("art-10-item-%d", e.Item)
		}
		return ev, nil
	})
}

// mayEnd holds the conditions of each end.
func (r *Register) mayEnd(ctx context.Context, tx *pg.Tx, l Listing, move ListingMove, e Ending, today day.Day) error {
	fixed := !l.TermUntil.IsZero()
	switch {
	case move == MoveDelete && fixed:
		return refuse("end.fixed-term")
	case (move == MoveEarly || move == MoveExpire) && !fixed:
		return refuse("end.no-term")
	case e.EventOn.IsZero() || (move != MoveExpire && e.EventOn > today):
		return refuse("end.event-date")
	case move == MoveExpire && l.Until() >= today:
		return refuse("end.term-running", "until", l.Until().String())
	case move == MoveDelete && e.Item == 4:
		return checkSearches(ctx, tx, l.ID)
	}
	return nil
}

// endGrounds ends grounds and queues every withdrawal of theirs. It returns an
// event without a kind, with the versions it wrote.
func (r *Register) endGrounds(ctx context.Context, tx *pg.Tx, act Act, grounds []ID) (*event, error) {
	today := r.Today(act.At)
	err := tx.Pgx(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `UPDATE ground SET state = 'ended', ended_on = $2::date WHERE id = ANY($1) AND state <> 'ended'`, grounds, today)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("end %d grounds: %w", len(grounds), err)
	}
	e, err := r.appendVersions(ctx, tx, Withdraw, grounds, 0)
	if err != nil {
		return nil, err
	}
	return e, tx.Pgx(func(p pgx.Tx) error { return r.startLiftClocks(ctx, p, e.Directives, today) })
}

// EndGround ends one ground that is neither a listing nor a reward (those end by
// decisions of their own): its withdrawals are queued in the same transaction. Only its owner
// and the system may. Ending an ended ground changes nothing.
func (r *Register) EndGround(ctx context.Context, act Act, id ID, basis string) error {
	if err := act.check(Judge, President, System); err != nil {
		return err
	}
	_, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		var subject ID
		var owner OrganisationID
		var ended bool
		err := tx.Pgx(func(p pgx.Tx) error {
			return p.QueryRow(ctx, `SELECT subject_id, organisation_id, state = 'ended' FROM ground g WHERE id = $1 AND NOT EXISTS (SELECT FROM listing l WHERE l.id = g.id)
				AND NOT EXISTS (SELECT FROM reward w WHERE w.id = g.id) AND NOT EXISTS (SELECT FROM administrative_listing l WHERE l.id = g.id) FOR NO KEY UPDATE`, id).Scan(&subject, &owner, &ended)
		})
		if err != nil {
			return nil, notFound(err, "lock a ground")
		}
		if err := act.ofCourt(owner); err != nil || ended {
			return nil, err
		}
		e, err := r.endGrounds(ctx, tx, act, []ID{id})
		if err != nil {
			return nil, err
		}
		e.Kind, e.Ground, e.Subject, e.Day, e.LegalBasis = EventGroundEnded, id, subject, r.Today(act.At), basis
		return e, nil
	})
	return err
}

func closeTasks(ctx context.Context, tx *pg.Tx, ground ID, on day.Day) error {
	return tx.Pgx(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `UPDATE task SET closed_on = $2::date, closed_because = 'ended' WHERE ground_id = $1 AND closed_on IS NULL`, ground, on)
		if err != nil {
			return fmt.Errorf("close the tasks of %s: %w", ground, err)
		}
		return nil
	})
}

// RecordSearch records a network asset search after the ruling that ended this
// round of execution (终结本次执行程序). Of several on one day a hit counts.
func (r *Register) RecordSearch(ctx context.Context, act Act, listing ID, searchedOn, rulingOn day.Day, found bool) error {
	if err := act.check(Clerk, Judge); err != nil {
		return err
	}
	if rulingOn.IsZero() || searchedOn <= rulingOn || searchedOn > r.Today(act.At) {
		return refuse("search.before-ruling")
	}
	_, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		l, err := lockListing(ctx, tx, act, listing)
		if err != nil {
			return nil, err
		}
		err = tx.Pgx(func(p pgx.Tx) error {
			_, err := p.Exec(ctx, `INSERT INTO network_search (listing_id, searched_on, after_ruling, found) VALUES ($1, $2::date, $3::date, $4)
				ON CONFLICT ON CONSTRAINT network_search_pkey DO UPDATE SET found = network_search.found OR excluded.found`, listing, searchedOn, rulingOn, found)
			return err
		})
		return &event{Kind: EventSearched, Subject: l.Subject, Ground: l.ID, Day: searchedOn, LegalBasis: "法释〔2017〕7号 Art. 10 ¶1 (4)"}, err
	})
	return err
}

// checkSearches holds Art. 10 ¶1 item 4: at least two searches after the ruling,
// and nothing found since.
func checkSearches(ctx context.Context, tx *pg.Tx, listing ID) error {
	var ok bool
	err := tx.Pgx(func(p pgx.Tx) error {
		return p.QueryRow(ctx, `SELECT count(*) FILTER (WHERE NOT found) >= 2 AND NOT coalesce(bool_or(found), false) FROM network_search WHERE listing_id = $1`, listing).Scan(&ok)
	})
	if err != nil {
		return fmt.Errorf("read the searches of listing %s: %w", listing, err)
	}
	if !ok {
		return refuse("end.searches")
	}
	return nil
}

// ExpireDue ends up to limit listings whose term is over on the act's day and
// returns how many it ended; 0 means none is left.
func (r *Register) ExpireDue(ctx context.Context, act Act, limit int) (int, error) {
	rows, err := r.db.Pool.Query(ctx, `SELECT id FROM listing WHERE state IN ('active', 'extended') AND term_until IS NOT NULL
		AND coalesce(extended_until, term_until) < $1::date ORDER BY id LIMIT $2`, r.Today(act.At), limit)
	if err != nil {
		return 0, fmt.Errorf("look for listings to expire: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[ID])
	if err != nil {
		return 0, fmt.Errorf("look for listings to expire: %w", err)
	}
	for _, id := range ids {
		one := act
		if act.Key != "" {
			one.Key = act.Key + "/" + id.String()
		}
		err := r.Expire(ctx, one, Change{Listing: id})
		if errors.Is(err, refuse("state.forbidden")) {
			continue // somebody ended it since it was read
		}
		if err != nil {
			return 0, fmt.Errorf("expire listing %s: %w", id, err)
		}
	}
	return len(ids), nil
}
