package enforcement

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"concordat/internal/pg"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// AdministrativeListing is a subject's entry on an administrative list, as its
// owner sees it. The texts are sealed and read apart ([Register.AdministrativeTexts]).
type AdministrativeListing struct {
	ID           ID                  `json:"id"`
	ListType     string              `json:"list_type"`
	Organisation OrganisationID      `json:"organisation"`
	Subject      ID                  `json:"subject"`
	State        AdministrativeState `json:"state"`
	Version      int                 `json:"version"`
	// Grounds are slugs of the list type's grounds.
	Grounds        []string `json:"grounds"`
	NoticeServedOn day.Day  `json:"notice_served_on,omitzero"`
	// WindowUntil is the last day to state and defend.
	WindowUntil    day.Day `json:"window_until,omitzero"`
	StatedOn       day.Day `json:"stated_on,omitzero"`
	AnsweredOn     day.Day `json:"answered_on,omitzero"`
	DecisionNumber string  `json:"decision_number,omitempty"`
	DecidedOn      day.Day `json:"decided_on,omitzero"`
	// Basis is the legal basis as the decision cites it.
	Basis   string `json:"basis,omitempty"`
	Serious bool   `json:"serious,omitempty"`
	// TermUntil is the last day; none where it stands until its reason ends.
	TermUntil day.Day `json:"term_until,omitzero"`
	// OpenTerm: it ends when its reason ends, and on TermUntil at the latest.
	OpenTerm      bool                      `json:"open_term,omitempty"`
	ServiceManner string                    `json:"service_manner,omitempty"`
	ServedOn      day.Day                   `json:"served_on,omitzero"`
	Publication   memoranda.PublicationRule `json:"publication,omitempty"`
	AnnouncedOn   day.Day                   `json:"announced_on,omitzero"`
	// ObjectionUntil is the last day on which the announcement of a batch stands
	// open to objections.
	ObjectionUntil      day.Day `json:"objection_until,omitzero"`
	ObjectedOn          day.Day `json:"objected_on,omitzero"`
	ObjectionAnsweredOn day.Day `json:"objection_answered_on,omitzero"`
	PublishedOn         day.Day `json:"published_on,omitzero"`
	SuspendedFor        string  `json:"suspended_for,omitempty"`
	EndedOn             day.Day `json:"ended_on,omitzero"`
	EndCause            string  `json:"end_cause,omitempty"`
	draftedBy           string
	subjectKind         memoranda.SubjectKind
	envelope, sealed    []byte
	serves              string // region the owner serves
	region              string // of the subject; empty: not known
}

const selectAdministrative = `SELECT l.id, l.list_type, l.organisation_id, l.subject_id, l.state::text, l.version, l.grounds, l.notice_served_on, l.window_until,
    l.stated_on, l.answered_on, coalesce(l.decision_number, ''), l.decided_on, coalesce(l.basis, ''), coalesce(l.serious, false), l.term_until, coalesce(l.open_term, false),
    coalesce(l.service_manner, ''), l.served_on, coalesce(l.publication, ''), l.announced_on, l.objection_until, l.objected_on, l.objection_answered_on,
    l.published_on, coalesce(l.suspended_for, ''), l.ended_on, coalesce(l.end_cause, ''), l.drafted_by, s.kind::text, s.envelope, s.sealed, o.serves, coalesce(s.region, '')
  FROM administrative_listing l JOIN subject s ON s.id = l.subject_id JOIN organisation o ON o.id = l.organisation_id`

func scanAdministrative(row pgx.CollectableRow) (AdministrativeListing, error) {
	var l AdministrativeListing
	err := row.Scan(&l.ID, &l.ListType, &l.Organisation, &l.Subject, &l.State, &l.Version, &l.Grounds, &l.NoticeServedOn, &l.WindowUntil,
		&l.StatedOn, &l.AnsweredOn, &l.DecisionNumber, &l.DecidedOn, &l.Basis, &l.Serious, &l.TermUntil, &l.OpenTerm,
		&l.ServiceManner, &l.ServedOn, &l.Publication, &l.AnnouncedOn, &l.ObjectionUntil, &l.ObjectedOn, &l.ObjectionAnsweredOn,
		&l.PublishedOn, &l.SuspendedFor, &l.EndedOn, &l.EndCause, &l.draftedBy, &l.subjectKind, &l.envelope, &l.sealed, &l.serves, &l.region)
	return l, err
}

// ofOwners are the people of a list owner.
var ofOwners = []Role{DepartmentClerk, DepartmentReviewer}

// AdministrativeListing returns one administrative listing of the actor's own
// organisation; another's is not found. Overseers read every one.
func (r *Register) AdministrativeListing(ctx context.Context, act Act, id ID) (AdministrativeListing, error) {
	if err := act.check(DepartmentClerk, DepartmentReviewer, Overseer, System); err != nil {
		return AdministrativeListing{}, err
	}
	rows, err := r.db.Pool.Query(ctx, selectAdministrative+` WHERE l.id = $1`, id)
	if err != nil {
		return AdministrativeListing{}, fmt.Errorf("read administrative listing %s: %w", id, err)
	}
	l, err := pgx.CollectExactlyOneRow(rows, scanAdministrative)
	if err != nil {
		return AdministrativeListing{}, notFound(err, "read administrative listing "+id.String())
	}
	if act.Actor.Role != Overseer {
		if err := act.ofCourt(l.Organisation); err != nil {
			return AdministrativeListing{}, err
		}
	}
	return l, nil
}

// AdministrativeListings lists the administrative listings of the actor's
// organisation, for overseers of all, by id from after on; state "" and list
// type "" are any.
func (r *Register) AdministrativeListings(ctx context.Context, act Act, state AdministrativeState, listType string, after ID, limit int) ([]AdministrativeListing, error) {
	if err := act.check(DepartmentClerk, DepartmentReviewer, Overseer, System); err != nil {
		return nil, err
	}
	owner := act.Actor.Organisation
	if act.Actor.Role == Overseer || act.Actor.Role == System {
		owner = 0
	}
	rows, err := r.db.Pool.Query(ctx, selectAdministrative+` WHERE ($1 = 0 OR l.organisation_id = $1) AND ($2 = '' OR l.state::text = $2)
		AND ($3 = '' OR l.list_type = $3) AND l.id > $4 ORDER BY l.id LIMIT $5`, int32(owner), state, listType, [16]byte(after), limit)
	if err != nil {
		return nil, fmt.Errorf("list administrative listings: %w", err)
	}
	return pgx.CollectRows(rows, scanAdministrative)
}

// ForeseeAdministrative tells what an administrative listing would reach if it
// were published on the act's day, as [Register.Foresee] does for the courts'.
func (r *Register) ForeseeAdministrative(ctx context.Context, act Act, id ID) ([]PlanLine, []memoranda.Exclusion, []Gap, error) {
	l, err := r.AdministrativeListing(ctx, act, id)
	if err != nil {
		return nil, nil, nil, err
	}
	return r.foresee(ctx, planKey{memoranda.OnListing, l.ListType, l.subjectKind, l.serves, l.region, r.Today(act.At)})
}

// lockAdministrative reads a listing for change by who has seen a version of it.
func lockAdministrative(ctx context.Context, tx *pg.Tx, act Act, c Change) (l AdministrativeListing, err error) {
	err = tx.Pgx(func(p pgx.Tx) error {
		rows, err := p.Query(ctx, selectAdministrative+` WHERE l.id = $1 FOR NO KEY UPDATE OF l`, c.Listing)
		if err != nil {
			return err
		}
		l, err = pgx.CollectExactlyOneRow(rows, scanAdministrative)
		return err
	})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return l, refuse("not-found")
	case err != nil:
		return l, fmt.Errorf("lock administrative listing %s: %w", c.Listing, err)
	case c.Version != 0 && c.Version != l.Version:
		if err := act.ofCourt(l.Organisation); err != nil {
			return l, err
		}
		return l, refuse("version.stale")
	}
	return l, act.ofCourt(l.Organisation)
}

// changeAdministrative runs one move: the state is checked, the update is
// conditional, the event carries subject and ground.
func (r *Register) changeAdministrative(ctx context.Context, act Act, c Change, move ListingMove,
	fn func(ctx context.Context, tx *pg.Tx, l AdministrativeListing, next AdministrativeState) (*event, error),
) error {
	_, err := r.perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*event, error) {
		l, err := lockAdministrative(ctx, tx, act, c)
		if err != nil {
			return nil, err
		}
		next, err := l.State.After(move)
		if err != nil {
			return nil, err
		}
		e, err := fn(ctx, tx, l, next)
		if err != nil {
			return nil, err
		}
		e.Subject, e.Ground = l.Subject, l.ID
		if e.Day.IsZero() {
			e.Day = r.Today(act.At)
		}
		return e, nil
	})
	return err
}

// setAdministrative updates columns of a listing on the condition that nobody
// else moved it. columns is SQL whose arguments begin at $4.
func setAdministrative(ctx context.Context, tx *pg.Tx, l AdministrativeListing, next AdministrativeState, columns string, args ...any) error {
	return moveRow(ctx, tx, "administrative_listing", "administrative_state", l.ID, l.Version, string(next), columns, args...)
}

// sealAdministrative seals a text under the envelope of the listing's subject.
func (r *Register) sealAdministrative(l AdministrativeListing, field, plain string) ([]byte, error) {
	return r.sealUnder(l.Subject, l.envelope, field, []byte(plain))
}

// sealUnder seals a text under a subject's envelope.
func (r *Register) sealUnder(subject ID, wrapped []byte, field string, plain []byte) ([]byte, error) {
	if wrapped == nil {
		return nil, refuse("subject.shredded")
	}
	envelope, err := r.vault.OpenEnvelope(subject, wrapped)
	if err != nil {
		return nil, fmt.Errorf("open the envelope of subject %s: %w", subject, err)
	}
	sealed, err := envelope.Seal(plain, field)
	if err != nil {
		return nil, fmt.Errorf("seal %s of subject %s: %w", field, subject, err)
	}
	return sealed, nil
}
