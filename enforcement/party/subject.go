package party

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/jackc/pgx/v5"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/identifier"
	"concordat/internal/pg"
	pgbinary "concordat/internal/pg/binary"
	"concordat/internal/vault"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// The acts of subjects in the log.
const (
	eventSubjectEntered  record.EventKind = "subject-entered"
	eventSubjectShredded record.EventKind = "subject-shredded"
)

// lookupDomain separates hashes of numbers from every other hash of the vault.
const lookupDomain = "subject-number"

// SealedIdentity names the field that a subject's row seals: part of the binding
// of the seal, so that nothing else opens as an identity.
const SealedIdentity = "identity"

// Identity is what identifies a subject; all of it is sealed at rest.
type Identity struct {
	Kind       memoranda.SubjectKind `json:"kind"`
	Name       string                `json:"name"`
	NumberKind identifier.Kind       `json:"number_kind"`
	// State issued the passport (ISO 3166-1 alpha-3); empty for other numbers.
	State  string `json:"state,omitempty"`
	Number string `json:"number"`
	// Birth is the birth day; it is read from the number where the number
	// carries it, and required of a natural person otherwise.
	Birth day.Day `json:"birth,omitzero"`
	// Head is the legal representative or person in charge of a unit.
	Head string `json:"head,omitempty"`
	// OverrideBy is the second person who accepted a circulating unit code that
	// fails its check; never for natural persons.
	OverrideBy string `json:"override_by,omitempty"`
	// Region is where a unit is registered or a person lives, as a prefix of the
	// GB/T 2260 codes; empty: not known. It is not sealed: no name follows from it.
	// A unit's is read from its unified code where it is not given.
	Region string `json:"-"`
}

// Masked returns the number with digits 7–14 and the last one hidden, as every
// output but a directive shows it.
func (i Identity) Masked() string {
	return identifier.Identifier{Kind: i.NumberKind, Number: i.Number, State: i.State}.Masked()
}

var regionForm = regexp.MustCompile(`^[1-8][0-9]([0-9]{2}){0,2}$`)

// Check normalises an identity and refuses what does not identify.
func (i Identity) Check(act enforcement.Act) (Identity, identifier.Identifier, error) {
	var none identifier.Identifier
	if i.Number == "" {
		return i, none, enforcement.Refuse("subject.name-only")
	}
	name, err := identifier.ParseName(i.Name)
	if err != nil {
		return i, none, err
	}
	i.Name = name
	number, err := identifier.Parse(i.NumberKind, i.State, i.Number)
	var bad *identifier.Error
	if errors.As(err, &bad) && bad.Code == "identifier.check-digit" && i.OverrideBy != "" {
		if i.OverrideBy == act.Actor.ID {
			return i, none, enforcement.Refuse("identifier.second-person")
		}
		if i.NumberKind.Person() {
			return i, none, enforcement.Refuse("identifier.override")
		}
		number, err = identifier.ParseOverride(i.NumberKind, i.State, i.Number)
	} else if err == nil {
		i.OverrideBy = ""
	}
	if err != nil {
		return i, none, err
	}
	if i.Region == "" {
		i.Region = number.Region()
	} else if !regionForm.MatchString(i.Region) {
		return i, none, enforcement.Refuse("subject.region")
	}
	natural := i.Kind == memoranda.NaturalPerson
	if !slices.Contains(memoranda.SubjectKinds(), i.Kind) || natural != i.NumberKind.Person() {
		return i, none, enforcement.Refuse("subject.kind")
	}
	i.Number, i.State = number.Number, number.State
	if birth, ok := number.Birth(); ok {
		if !i.Birth.IsZero() && i.Birth != birth {
			return i, none, enforcement.Refuse("subject.identity")
		}
		i.Birth = birth
	}
	if natural && i.Birth.IsZero() {
		return i, none, enforcement.Refuse("subject.birth-missing")
	}
	return i, number, nil
}

// EnterSubject enters a subject, or finds the one that holds the same number
// under the same name. The same number under another name is refused: which of
// the two is wrong is for a person to find out (PIPL Art. 8). A department enters
// subjects only if it keeps a list.
func (r *Parties) EnterSubject(ctx context.Context, act enforcement.Act, given Identity) (enforcement.ID, error) {
	if err := act.Check(enforcement.Clerk, enforcement.Judge, enforcement.DepartmentClerk, enforcement.DepartmentReviewer, enforcement.System); err != nil {
		return enforcement.ID{}, err
	}
	identity, number, err := given.Check(act)
	if err != nil {
		return enforcement.ID{}, enforcement.AsRefusal(err)
	}
	for {
		d, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
			if err := r.CheckKeeper(ctx, tx, act); err != nil {
				return nil, err
			}
			known, err := r.findSubject(ctx, tx, number)
			if err != nil {
				return nil, err
			}
			if !known.IsZero() {
				have, err := r.identity(ctx, tx, known)
				if err != nil {
					return nil, err
				}
				if have.Name != identity.Name || have.Kind != identity.Kind {
					return nil, enforcement.Refuse("subject.identity")
				}
				return &record.Event{Kind: eventSubjectEntered, Subject: known}, moveSubject(ctx, tx, known, given.Region)
			}
			made, err := r.Seal(identity, number)
			if err != nil {
				return nil, err
			}
			return &record.Event{Kind: eventSubjectEntered, Subject: made.ID}, insertSubject(ctx, tx, act, made, identity.OverrideBy)
		})
		// Two clerks enter one person at once: the second finds the first's.
		if name, ok := pg.Constraint(err); ok && name == "subject_lookup_pkey" {
			continue
		}
		return d.Subject, err
	}
}

// moveSubject notes the region that was stated last; what was planned stays as it is.
func moveSubject(ctx context.Context, tx *pg.Tx, id enforcement.ID, region string) error {
	if region == "" {
		return nil
	}
	return tx.Lend(func(p pgx.Tx) error {
		if _, err := p.Exec(ctx, `UPDATE subject SET region = $2 WHERE id = $1 AND region IS DISTINCT FROM $2`, id, region); err != nil {
			return fmt.Errorf("note the region of subject %s: %w", id, err)
		}
		return nil
	})
}

// Sealed is a new subject, sealed under an id and a key of its own and not yet entered.
type Sealed struct {
	ID       enforcement.ID
	Envelope vault.Envelope
	// Wrapped is the key of the envelope as the row keeps it.
	Wrapped []byte
	// Hashes are those that the number is looked up by.
	Hashes []vault.Hash

	kind       memoranda.SubjectKind
	region     string
	keyVersion int16
	identity   []byte
}

// Seal makes a subject of an identity that was checked; it asks nothing of the database.
func (r *Parties) Seal(identity Identity, number identifier.Identifier) (s Sealed, err error) {
	s = Sealed{ID: enforcement.NewID(), kind: identity.Kind, region: identity.Region, Hashes: r.Record.Vault.Hashes(lookupDomain, number.Key())}
	if s.Wrapped, s.Envelope, err = r.Record.Vault.NewEnvelope(s.ID); err != nil {
		return s, fmt.Errorf("make the envelope of a subject: %w", err)
	}
	if s.keyVersion, err = vault.WrappedVersion(s.Wrapped); err != nil {
		return s, fmt.Errorf("read the key version of a subject: %w", err)
	}
	s.identity, err = sealIdentity(s.Envelope, identity)
	return s, err
}

func insertSubject(ctx context.Context, tx *pg.Tx, act enforcement.Act, s Sealed, overrideBy string) error {
	return tx.Lend(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `INSERT INTO subject (id, kind, envelope, sealed, key_version, override_by, created_at, region)
			VALUES ($1, $2::text::subject_kind, $3, $4, $5, nullif($6, ''), $7, nullif($8, ''))`,
			s.ID, s.kind, s.Wrapped, s.identity, s.keyVersion, overrideBy, act.At.UTC(), s.region)
		if err != nil {
			return fmt.Errorf("enter subject %s: %w", s.ID, err)
		}
		for _, h := range s.Hashes {
			if _, err := p.Exec(ctx, `INSERT INTO subject_lookup (key_version, hash, subject_id) VALUES ($1, $2, $3)`, h.Version, h.Sum, s.ID); err != nil {
				return fmt.Errorf("enter the look-up hash of subject %s: %w", s.ID, err)
			}
		}
		return nil
	})
}

// Copy enters new subjects and cases by one COPY for each table.
func (r *Parties) Copy(ctx context.Context, t pgx.Tx, act enforcement.Act, list []Sealed, cases []Case) error {
	subjects := pgbinary.NewCopier(7, `COPY subject (id, kind, envelope, sealed, key_version, created_at, region) FROM STDIN (FORMAT binary)`)
	lookups := pgbinary.NewCopier(3, `COPY subject_lookup (key_version, hash, subject_id) FROM STDIN (FORMAT binary)`)
	for i := range list {
		s := &list[i]
		subjects.Row()
		subjects.ID(s.ID)
		subjects.Text(string(s.kind))
		subjects.Bytes(s.Wrapped)
		subjects.Bytes(s.identity)
		subjects.Int2(s.keyVersion)
		subjects.Instant(act.At)
		subjects.TextOrNull(s.region)
		for _, h := range s.Hashes {
			lookups.Row()
			lookups.Int2(h.Version)
			lookups.Bytes(h.Sum)
			lookups.ID(s.ID)
		}
	}
	for _, table := range []*pgbinary.Copier{subjects, lookups, copyCases(cases)} {
		if err := table.Send(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// Correct seals other data of a subject that stays the same.
func (r *Parties) Correct(ctx context.Context, tx *pg.Tx, id enforcement.ID, wrapped []byte, corrected Identity) error {
	envelope, err := r.Record.Vault.OpenEnvelope(id, wrapped)
	if err != nil {
		return fmt.Errorf("open the envelope of subject %s: %w", id, err)
	}
	sealed, err := sealIdentity(envelope, corrected)
	if err != nil {
		return err
	}
	return tx.Lend(func(p pgx.Tx) error {
		_, err := p.Exec(ctx, `UPDATE subject SET sealed = $2, version = version + 1 WHERE id = $1`, id, sealed)
		if err != nil {
			return fmt.Errorf("correct subject %s: %w", id, err)
		}
		return nil
	})
}

// sealIdentity seals an identity under its subject's key.
func sealIdentity(envelope vault.Envelope, identity Identity) ([]byte, error) {
	plain, err := json.Marshal(identity)
	if err != nil {
		return nil, fmt.Errorf("write an identity: %w", err)
	}
	sealed, err := envelope.Seal(plain, SealedIdentity)
	if err != nil {
		return nil, fmt.Errorf("seal an identity: %w", err)
	}
	return sealed, nil
}

func (r *Parties) findSubject(ctx context.Context, tx *pg.Tx, number identifier.Identifier) (enforcement.ID, error) {
	var id enforcement.ID
	err := tx.Lend(func(p pgx.Tx) error {
		for _, h := range r.Record.Vault.Hashes(lookupDomain, number.Key()) {
			err := p.QueryRow(ctx, `SELECT subject_id FROM subject_lookup WHERE hash = $1 AND key_version = $2`, h.Sum, h.Version).Scan(&id)
			if err == nil {
				return nil
			}
			if !errors.Is(err, pgx.ErrNoRows) {
				return fmt.Errorf("look up a subject: %w", err)
			}
		}
		return nil
	})
	return id, err
}

// OpenIdentity opens what a subject's row seals.
func (r *Parties) OpenIdentity(id enforcement.ID, wrapped, sealed []byte) (Identity, error) {
	var identity Identity
	if wrapped == nil {
		return identity, enforcement.Refuse("subject.shredded")
	}
	envelope, err := r.Record.Vault.OpenEnvelope(id, wrapped)
	if err != nil {
		return identity, fmt.Errorf("open the envelope of subject %s: %w", id, err)
	}
	plain, err := envelope.Open(sealed, SealedIdentity)
	if err != nil {
		return identity, fmt.Errorf("open subject %s: %w", id, err)
	}
	if identity, err = readIdentity(plain); err != nil {
		return identity, fmt.Errorf("read subject %s: %w", id, err)
	}
	return identity, nil
}

func (r *Parties) identity(ctx context.Context, tx *pg.Tx, id enforcement.ID) (Identity, error) {
	var wrapped, sealed []byte
	var region string
	err := tx.Lend(func(p pgx.Tx) error {
		return p.QueryRow(ctx, `SELECT envelope, sealed, coalesce(region, '') FROM subject WHERE id = $1`, id).Scan(&wrapped, &sealed, &region)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return Identity{}, enforcement.Refuse("not-found")
	}
	if err != nil {
		return Identity{}, fmt.Errorf("read subject %s: %w", id, err)
	}
	identity, err := r.OpenIdentity(id, wrapped, sealed)
	identity.Region = region
	return identity, err
}

// Subject returns a subject's identity, for the court's own people.
func (r *Parties) Subject(ctx context.Context, act enforcement.Act, id enforcement.ID) (Identity, error) {
	if err := act.Check(enforcement.Clerk, enforcement.Judge, enforcement.President, enforcement.System); err != nil {
		return Identity{}, err
	}
	var identity Identity
	err := r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var err error
		identity, err = r.identity(ctx, tx, id)
		return err
	})
	return identity, enforcement.AsRefusal(err)
}

// Shred forgets the data key of a subject: nothing that was sealed under it can
// be read again. It is refused while anything is in force against or for it.
func (r *Parties) Shred(ctx context.Context, act enforcement.Act, id enforcement.ID) error {
	if err := act.Check(enforcement.Operator, enforcement.System); err != nil {
		return err
	}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		return &record.Event{Kind: eventSubjectShredded, Subject: id}, tx.Lend(func(p pgx.Tx) error {
			if _, err := p.Exec(ctx, `DELETE FROM subject_lookup WHERE subject_id = $1`, id); err != nil {
				return fmt.Errorf("forget the look-up of subject %s: %w", id, err)
			}
			tag, err := p.Exec(ctx, `UPDATE subject SET envelope = NULL, sealed = NULL, shredded_at = $2, version = version + 1
				WHERE id = $1 AND shredded_at IS NULL
				AND NOT EXISTS (SELECT FROM ground WHERE subject_id = $1 AND state <> 'ended')
				AND NOT EXISTS (SELECT FROM directive d LEFT JOIN LATERAL (SELECT due FROM amendment a WHERE a.directive_id = d.id ORDER BY version DESC LIMIT 1) a ON true
					WHERE d.subject_id = $1 AND (d.due OR a.due))`, id, act.At.UTC())
			if err != nil {
				return fmt.Errorf("shred subject %s: %w", id, err)
			}
			if tag.RowsAffected() == 0 {
				return enforcement.Refuse("state.forbidden", "state", "in-force")
			}
			return record.ForgetPersonalReplies(ctx, p)
		})
	})
	return err
}
