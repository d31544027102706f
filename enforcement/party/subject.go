package party

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/identifier"
	"concordat/internal/pg"
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
	// fails its check ([Parties.ConfirmSubject]); never for natural persons.
	OverrideBy string `json:"override_by,omitempty"`
	// Region is where a unit is registered or a person lives, as a prefix of the
	// GB/T 2260 codes; empty: not known. It is not sealed: no name follows from it.
	// A unit's is read from its unified code where it is not given.
	Region string `json:"-"`
}

// Masked returns the first six digits of the number and no more, as every output but a
// directive shows it ([identifier.Identifier.Masked]).
func (i Identity) Masked() string { return i.identifier().Masked() }

// MaskedApart is [Identity.Masked] with the last character of the number.
func (i Identity) MaskedApart() string { return i.identifier().MaskedApart() }

// MaskedName hides all of a natural person's name but its first character; a unit's is public.
func (i Identity) MaskedName() string {
	if i.Kind != memoranda.NaturalPerson {
		return i.Name
	}
	_, size := utf8.DecodeRuneInString(i.Name)
	return i.Name[:size] + strings.Repeat("*", utf8.RuneCountInString(i.Name[size:]))
}

func (i Identity) identifier() identifier.Identifier {
	return identifier.Identifier{Kind: i.NumberKind, Number: i.Number, State: i.State}
}

var regionForm = regexp.MustCompile(`^[1-8][0-9]([0-9]{2}){0,2}$`)

// IsRegion reports whether a text is a prefix of a GB/T 2260 code, as regions are told.
func IsRegion(text string) bool { return regionForm.MatchString(text) }

// Check normalises an identity and refuses what does not identify.
func (i Identity) Check(_ enforcement.Act) (Identity, identifier.Identifier, error) {
	var none identifier.Identifier
	if i.Number == "" {
		return i, none, enforcement.Refuse("subject.name-only")
	}
	name, err := identifier.ParseName(i.Name)
	if err != nil {
		return i, none, err
	}
	i.Name = name
	if i.Head = strings.TrimSpace(i.Head); i.Head != "" {
		if i.Head, err = identifier.ParseName(i.Head); err != nil {
			return i, none, err
		}
	}
	number, err := identifier.Parse(i.NumberKind, i.State, i.Number)
	var bad *identifier.Error
	if errors.As(err, &bad) && bad.Code == "identifier.check-digit" && i.OverrideBy != "" {
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
	if !natural {
		i.Birth = 0
	}
	if !slices.Contains(memoranda.SubjectKinds(), i.Kind) || natural != i.NumberKind.Person() || number.SoleTrader() != (i.Kind == memoranda.SoleTrader) && i.NumberKind == identifier.USCC {
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

// SameAs reports whether two identities of one number are of one subject: they agree in
// name, kind and birth day; one that is not known agrees with none. Which of two is wrong is
// for a person to find out (PIPL Art. 8); a second birth day would make an adult of a child.
func (i Identity) SameAs(other Identity) bool {
	return i.Name == other.Name && i.Kind == other.Kind && i.Birth == other.Birth
}

// entering are who may enter subjects; of departments those that keep a list.
var entering = []enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.DepartmentClerk, enforcement.DepartmentReviewer, enforcement.System}

// EnterSubject enters a subject, or finds the one that holds the same number
// under the same name. The same number under another name is refused: which of
// the two is wrong is for a person to find out (PIPL Art. 8). A department enters
// subjects only if it keeps a list, and finds only those that it entered itself: whether
// anybody else knows the person, and under which name, no answer tells it. A unit's code
// that fails its check is refused (identifier.unconfirmed) until two people have entered it
// ([Parties.ProposeSubject]); then it is found.
func (r *Parties) EnterSubject(ctx context.Context, act enforcement.Act, given Identity) (enforcement.ID, error) {
	if err := act.Check(entering...); err != nil {
		return enforcement.ID{}, err
	}
	given.OverrideBy = "" // nobody is named who did not act
	identity, number, err := given.Check(act)
	known := failsCheck(given, err)
	if known {
		identity, number, err = overridden(act, given, act.Actor.ID)
	}
	if err != nil {
		return enforcement.ID{}, enforcement.AsRefusal(err)
	}
	return r.entered(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		if err := r.CheckKeeper(ctx, tx, act); err != nil {
			return nil, err
		}
		return r.enterIn(ctx, tx, act, identity, number, given.Region, known)
	})
}

// entered performs the entry of a subject, again where two enter one at once.
func (r *Parties) entered(ctx context.Context, act enforcement.Act, fn func(context.Context, *pg.Tx) (*record.Event, error)) (enforcement.ID, error) {
	for {
		d, err := r.Record.Perform(ctx, act, fn)
		// Two clerks enter one person at once: the second finds the first's.
		if name, ok := pg.Constraint(err); ok && name == "subject_lookup_pkey" {
			continue
		}
		return d.Subject, err
	}
}

// enterIn finds the subject or enters it; known says that it is only to be found. region is
// what was stated.
func (r *Parties) enterIn(
	ctx context.Context, tx *pg.Tx, act enforcement.Act, identity Identity, number identifier.Identifier, region string, known bool,
) (*record.Event, error) {
	id, err := r.findFor(ctx, tx, act, number)
	switch {
	case err != nil:
		return nil, err
	case id.IsZero() && known:
		return nil, enforcement.Refuse("identifier.unconfirmed")
	case id.IsZero():
		made, err := r.Seal(identity, number)
		if err != nil {
			return nil, err
		}
		if owner := ofOwn(act); owner != 0 {
			made.ofDepartment(r, owner, number)
		}
		insertSubject(tx, act, made, identity.OverrideBy)
		return &record.Event{Kind: eventSubjectEntered, Subject: made.ID}, nil
	}
	have, err := r.identity(ctx, tx, id, act.Actor.Organisation)
	if err != nil {
		return nil, err
	}
	if !have.SameAs(identity) {
		return nil, enforcement.Refuse("subject.identity")
	}
	moveSubject(tx, id, region)
	return &record.Event{Kind: eventSubjectEntered, Subject: id}, nil
}

// moveSubject notes the region that was stated last, for cases to come: each has its own from
// its entry on, and only its owner says another of it (package replan).
func moveSubject(tx *pg.Tx, id enforcement.ID, region string) {
	if region != "" {
		tx.Later(tx.NewUpdate().Model((*Row)(nil)).Set("region = ?", region).Where("id = ?", id).Where("region IS DISTINCT FROM ?", region), "note the region of subject %s", id)
	}
}

// Row is a subject as it is kept: nothing of it can be read without its key.
type Row struct {
	bun.BaseModel `bun:"table:subject,alias:s"`

	ID         enforcement.ID        `bun:"id,pk"`
	Kind       memoranda.SubjectKind `bun:"kind"`
	Wrapped    []byte                `bun:"envelope"`
	Sealed     []byte                `bun:"sealed"`
	KeyVersion int16                 `bun:"key_version"`
	OverrideBy string                `bun:"override_by,nullzero"`
	CreatedAt  time.Time             `bun:"created_at"`
	// Owner is the department that entered it for itself; 0: a court's.
	Owner    enforcement.OrganisationID `bun:"organisation_id,nullzero"`
	Region   string                     `bun:"region,nullzero"`
	Namesake []byte                     `bun:"namesake,nullzero"`
}

// lookup is a hash that a subject's number is found by.
type lookup struct {
	bun.BaseModel `bun:"table:subject_lookup"`

	KeyVersion int16          `bun:"key_version,pk"`
	Hash       []byte         `bun:"hash,pk"`
	Subject    enforcement.ID `bun:"subject_id"`
}

// Read reads a subject's row.
func (r *Parties) Read(ctx context.Context, db bun.IDB, id enforcement.ID) (Row, error) {
	s := Row{ID: id}
	err := db.NewSelect().Model(&s).WherePK().Scan(ctx)
	return s, enforcement.NotFound(err, "read subject "+id.String())
}

// Sealed is a new subject, sealed under an id and a key of its own and not yet entered.
type Sealed struct {
	ID       enforcement.ID
	Envelope vault.Envelope
	// Wrapped is the key of the envelope as the row keeps it.
	Wrapped []byte
	// Hashes are those that the number is looked up by.
	Hashes []vault.Hash

	owner      enforcement.OrganisationID
	numbers    []vault.Hash // of the number alone, where Hashes are its owner's
	kind       memoranda.SubjectKind
	region     string
	keyVersion int16
	identity   []byte
	namesake   []byte
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
	s.namesake = r.namesake(identity)
	s.identity, err = sealIdentity(s.Envelope, identity)
	return s, err
}

func insertSubject(tx *pg.Tx, act enforcement.Act, s Sealed, overrideBy string) {
	tx.Later(tx.NewInsert().Model(&Row{
		ID: s.ID, Kind: s.kind, Wrapped: s.Wrapped, Sealed: s.identity, KeyVersion: s.keyVersion, OverrideBy: overrideBy, CreatedAt: act.At.UTC(), Region: s.region, Namesake: s.namesake, Owner: s.owner,
	}), "enter subject %s", s.ID)
	tx.Later(tx.NewInsert().Model(new(lookups(s.ID, s.Hashes))), "enter the look-up hashes of subject %s", s.ID)
	if len(s.numbers) > 0 {
		tx.Later(tx.NewInsert().Model(new(numbers(s.ID, s.numbers))), "enter the number of subject %s", s.ID)
	}
}

func lookups(id enforcement.ID, hashes []vault.Hash) []lookup {
	list := make([]lookup, len(hashes))
	for i, h := range hashes {
		list[i] = lookup{KeyVersion: h.Version, Hash: h.Sum, Subject: id}
	}
	return list
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

// findSubject looks a number up by its hashes under every live key; no id: nobody has it.
func (r *Parties) findSubject(ctx context.Context, tx *pg.Tx, domain string, number identifier.Identifier) (id enforcement.ID, err error) {
	hashes := r.Record.Vault.Hashes(domain, number.Key())
	q := tx.NewSelect().Model((*lookup)(nil)).Column("subject_id").Limit(1)
	for _, h := range hashes {
		q = q.WhereOr("hash = ? AND key_version = ?", h.Sum, pg.Number(h.Version))
	}
	var found []enforcement.ID
	if err := q.Scan(ctx, &found); err != nil {
		return id, fmt.Errorf("look up a subject: %w", err)
	}
	if len(found) > 0 {
		id = found[0]
	}
	return id, nil
}

// Numbered is the subject of whoever asks that has a number, as somebody writes it who does not say of which
// kind it is; not-found if nobody has it. A passport's says too little without its state.
func (r *Parties) Numbered(ctx context.Context, act enforcement.Act, number string) (id enforcement.ID, err error) {
	err = r.Record.DB.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		for _, kind := range []identifier.Kind{identifier.ResidentID, identifier.ResidencePermit, identifier.ForeignPermanentResident, identifier.USCC} {
			parsed, err := identifier.Parse(kind, "", number)
			if err != nil {
				continue // of another kind, or none
			}
			if id, err = r.findFor(ctx, tx, act, parsed); err != nil || !id.IsZero() {
				return err
			}
		}
		return enforcement.Refuse("not-found")
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

func (r *Parties) identity(ctx context.Context, tx *pg.Tx, id enforcement.ID, owner enforcement.OrganisationID) (Identity, error) {
	s, err := r.ReadFor(ctx, tx, id, owner)
	if err != nil {
		return Identity{}, err
	}
	identity, err := r.OpenIdentity(id, s.Wrapped, s.Sealed)
	identity.Region = s.Region
	return identity, err
}

// tied is true of a subject of which something is in force or still to be told.
const tied = `(EXISTS (SELECT FROM ground WHERE subject_id = ?0 AND state <> 'ended') OR EXISTS (SELECT FROM directive d
    LEFT JOIN LATERAL (SELECT due FROM amendment a WHERE a.directive_id = d.id ORDER BY version DESC LIMIT 1) a ON true
    WHERE d.subject_id = ?0 AND (d.due OR a.due)))`

// Shred forgets the data key of a subject: nothing that was sealed under it can
// be read again. It is refused while anything is in force against or for it.
func (r *Parties) Shred(ctx context.Context, act enforcement.Act, id enforcement.ID) error {
	if err := act.Check(enforcement.Operator, enforcement.System); err != nil {
		return err
	}
	_, err := r.Record.Perform(ctx, act, func(ctx context.Context, tx *pg.Tx) (*record.Event, error) {
		tx.Later(tx.NewDelete().Model((*lookup)(nil)).Where("subject_id = ?", id), "forget the look-up of subject %s", id)
		tx.Later(tx.NewDelete().Model((*number)(nil)).Where("subject_id = ?", id), "forget the number of subject %s", id)
		tx.Later(tx.NewDelete().Model((*owned)(nil)).Where("subject_id = ?", id), "forget the copies of subject %s", id)
		shredded := tx.NewUpdate().Model((*Row)(nil)).Set("envelope = NULL, sealed = NULL, namesake = NULL").Set("shredded_at = ?", act.At.UTC()).Set("version = version + 1").
			Where("id = ? AND shredded_at IS NULL", id).Where("NOT "+tied, id)
		tx.LaterOne(shredded, enforcement.Refuse("state.forbidden", "state", "in-force"), "shred subject %s", id)
		record.ForgetPersonalReplies(tx)
		return &record.Event{Kind: eventSubjectShredded, Subject: id}, nil
	})
	return err
}
