package party

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// The acts of chains in the log.
const (
	eventCaseLinked    record.EventKind = "case-linked"
	eventLinkConfirmed record.EventKind = "case-link-confirmed"
)

// LinkKind is how one execution case goes on as another.
type LinkKind string

// linkKinds: a round that ended is resumed, the case is transferred, a higher court orders
// another court to execute, another court is entrusted, the creditor applies anew.
var linkKinds = []LinkKind{"resumed", "transferred", "ordered", "entrusted", "reapplied"}

// Link says that an execution case goes on as a later one. It counts when a second person
// of the later case's court has confirmed it.
type Link struct {
	ID      enforcement.ID `json:"id"`
	Earlier enforcement.ID `json:"earlier"`
	Later   enforcement.ID `json:"later"`
	Kind    LinkKind       `json:"kind"`
	// ToldOn is the day on which the parties were told in writing that it goes on; none:
	// they were not, and the earlier case's notice does not count for the later one.
	ToldOn      day.Day `json:"told_on,omitzero"`
	EnteredBy   string  `json:"entered_by"`
	EnteredOn   day.Day `json:"entered_on"`
	ConfirmedBy string  `json:"confirmed_by,omitempty"`
	ConfirmedOn day.Day `json:"confirmed_on,omitzero"`
}

// linkRow is a link as it is kept.
type linkRow struct {
	bun.BaseModel `bun:"table:case_link,alias:k"`

	ID          enforcement.ID `bun:"id,pk"`
	Earlier     enforcement.ID `bun:"earlier_id"`
	Later       enforcement.ID `bun:"later_id"`
	Kind        LinkKind       `bun:"kind"`
	ToldOn      day.Day        `bun:"told_on"`
	EnteredBy   string         `bun:"entered_by"`
	EnteredOn   day.Day        `bun:"entered_on"`
	ConfirmedBy string         `bun:"confirmed_by,nullzero"`
	ConfirmedOn day.Day        `bun:"confirmed_on"`
}

func (k *linkRow) link() Link {
	return Link{k.ID, k.Earlier, k.Later, k.Kind, k.ToldOn, k.EnteredBy, k.EnteredOn, k.ConfirmedBy, k.ConfirmedOn}
}

// LinkCase enters that a case of the actor's court goes on from an earlier one, of this or
// another court. The earlier one was filed first.
func (r *Parties) LinkCase(ctx context.Context, act enforcement.Act, l Link) (enforcement.ID, error) {
	if err := act.Check(enforcement.Clerk, enforcement.Judge); err != nil {
		return enforcement.ID{}, err
	}
	today := r.Record.Today(act.At)
	switch {
	case !slices.Contains(linkKinds, l.Kind):
		return enforcement.ID{}, enforcement.Refuse("chain.kind")
	case l.ToldOn > today:
		return enforcement.ID{}, enforcement.Refuse("chain.told")
	}
	id := enforcement.NewID()
	d, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		var court enforcement.OrganisationID
		var earlier, later day.Day
		err := tx.NewSelect().TableExpr("execution_case AS e, execution_case AS l").ColumnExpr("l.court_id, e.filed_on, l.filed_on").
			Where("e.id = ? AND l.id = ?", l.Earlier, l.Later).Scan(ctx, &court, &earlier, &later)
		if err != nil {
			return nil, enforcement.NotFound(err, "read the cases of a link")
		}
		if err := act.OfOwner(court); err != nil {
			return nil, err
		}
		switch {
		case l.Earlier == l.Later || earlier > later:
			return nil, enforcement.Refuse("chain.order")
		case !l.ToldOn.IsZero() && l.ToldOn < earlier:
			return nil, enforcement.Refuse("chain.told")
		}
		tx.Later(tx.NewInsert().Model(&linkRow{
			ID: id, Earlier: l.Earlier, Later: l.Later, Kind: l.Kind, ToldOn: l.ToldOn, EnteredBy: act.Actor.ID, EnteredOn: today,
		}), "link case %s", l.Later)
		return &record.Event{Kind: eventCaseLinked, RefersTo: id, Reason: string(l.Kind), Day: today}, nil
	})
	return d.RefersTo, err
}

// ConfirmLink confirms a link: by a judge or the president of the later case's court who
// did not enter it.
func (r *Parties) ConfirmLink(ctx context.Context, act enforcement.Act, later, id enforcement.ID) error {
	if err := act.Check(enforcement.Judge, enforcement.President); err != nil {
		return err
	}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		var k linkRow
		err := tx.NewSelect().Model(&k).Join("JOIN execution_case AS c ON c.id = k.later_id").
			Where("k.id = ? AND k.later_id = ? AND c.court_id = ?", id, later, pg.Number(act.Actor.Organisation)).For("UPDATE OF k").Scan(ctx)
		switch {
		case err != nil:
			return nil, enforcement.NotFound(err, "read a link of cases")
		case k.ConfirmedBy != "":
			return nil, enforcement.Refuse("chain.confirmed")
		case k.EnteredBy == act.Actor.ID:
			return nil, enforcement.Refuse("chain.second-person")
		}
		today := r.Record.Today(act.At)
		tx.Later(tx.NewUpdate().Model((*linkRow)(nil)).Set("confirmed_by = ?, confirmed_on = ?", act.Actor.ID, today).Where("id = ?", id), "confirm link %s", id)
		return &record.Event{Kind: eventLinkConfirmed, RefersTo: id, Reason: string(k.Kind), Day: today}, nil
	})
	return err
}

// Links lists the links of a case of a court to earlier and later ones, oldest first.
func (r *Parties) Links(ctx context.Context, court enforcement.OrganisationID, of enforcement.ID) ([]Link, error) {
	var rows []linkRow
	err := r.Record.DB.NewSelect().Model(&rows).Where("? IN (k.earlier_id, k.later_id)", of).
		Where("EXISTS (SELECT FROM execution_case c WHERE c.id = ? AND c.court_id = ?)", of, pg.Number(court)).Order("k.id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the links of case %s: %w", of, err)
	}
	list := make([]Link, len(rows))
	for i := range rows {
		list[i] = rows[i].link()
	}
	return list, nil
}

// selectChain are all execution cases of a chain, the case itself among them.
const selectChain = `WITH RECURSIVE chain (id) AS (SELECT ?0::uuid
  UNION SELECT CASE WHEN k.earlier_id = c.id THEN k.later_id ELSE k.earlier_id END
    FROM chain c JOIN case_link k ON (k.earlier_id = c.id OR k.later_id = c.id) AND k.confirmed_by IS NOT NULL)
SELECT id FROM chain`

// Chain are all execution cases of the chain in which a case stands, itself among them, by
// confirmed links in both directions: to be asked as "case_id IN (?)".
func Chain(of enforcement.ID) schema.QueryAppender { return bun.SafeQuery(selectChain, of) }

// Noticed is the execution case whose notice counts for a listing.
type Noticed struct {
	Case    enforcement.ID
	FiledOn day.Day
	// Link leads into the listing's case; none where the notice is its own.
	Link enforcement.ID
}

// selectNoticed looks for an earlier case of a chain, going back by links that are confirmed
// and of which the parties were told on or after the day of the notice.
const selectNoticed = `WITH RECURSIVE back AS (SELECT k.earlier_id, k.id AS link FROM case_link k
    WHERE k.later_id = ?0 AND k.confirmed_by IS NOT NULL AND k.told_on >= ?2
  UNION SELECT k.earlier_id, b.link FROM back b
    JOIN case_link k ON k.later_id = b.earlier_id AND k.confirmed_by IS NOT NULL AND k.told_on >= ?2)
SELECT e.id, e.filed_on, b.link FROM back b JOIN execution_case e ON e.id = b.earlier_id WHERE e.id = ?1 ORDER BY b.link LIMIT 1`

// NoticeOf returns the earlier case whose notice of a day counts for a later case of its
// chain; where the parties were not told in writing that it goes on, it does not.
func (r *Parties) NoticeOf(ctx context.Context, tx *pg.Tx, later, earlier enforcement.ID, served day.Day) (n Noticed, err error) {
	err = tx.NewRaw(selectNoticed, later, earlier, served).Scan(ctx, &n.Case, &n.FiledOn, &n.Link)
	if refused := enforcement.NotFound(err, "look for an earlier case's notice"); refused != nil {
		if enforcement.Refuse("not-found").Is(refused) {
			return n, enforcement.Refuse("chain.notice")
		}
		return n, refused
	}
	return n, nil
}
