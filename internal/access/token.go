package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/change"
	"concordat/enforcement/paper"
	"concordat/enforcement/record"
	"concordat/internal/calendar"
	"concordat/internal/pg"
)

// The prefixes of tokens.
const (
	prefix     = "cct_"
	demoPrefix = "cct_demo_"
)

// secretBytes is how much of a token is random.
const secretBytes = 32

// maxToken bounds what is hashed for somebody nobody knows yet, in bytes.
const maxToken = 128

// Codes of the refusals of this package.
const (
	CodeMissing      = "token.missing"
	CodeUnknown      = "token.unknown"
	CodeDemo         = "token.demo"
	CodeRole         = "token.role"
	CodeOrganisation = "token.organisation"
	CodeActor        = "token.actor"
	CodeExpires      = "token.expires"
	CodeTooLong      = "token.too-long"
	CodeRevoked      = "token.revoked"
	CodeAsleep       = "token.asleep"
	CodeAwake        = "token.awake"
	CodeStaff        = "token.staff"
	CodePost         = "token.post"
	codeStaffNumber  = "staff.number"
	codeStaffText    = "staff.text"
	codeStaffPeriod  = "staff.period"
	codeStaffPaper   = "staff.paper"
	codeStaffCourt   = "staff.court"
	codeStaffExists  = "staff.exists"
	codeStaffOwn     = "staff.own"
	codeStaffNone    = "staff.none"
	codeStaffAlone   = "staff.unproposed"
)

// Most is how long a token holds at the utmost: nobody's place is sure for longer. No law
// says so; it is ours. An installation may set less ([Tokens.Longest]).
const Most = 366 * 24 * time.Hour

// Soon is how long before its end a token's holder is told of it.
const Soon = 30 * 24 * time.Hour

// Codes lists every refusal code of this package.
func Codes() []string {
	return []string{
		CodeMissing, CodeUnknown, CodeDemo, CodeRole, CodeOrganisation, CodeActor, CodeExpires, CodeTooLong, CodeRevoked, CodeAsleep, CodeAwake, CodeStaff, CodePost,
		codeStaffNumber, codeStaffText, codeStaffPeriod, codeStaffPaper, codeStaffCourt, codeStaffExists, codeStaffOwn, codeStaffNone, codeStaffAlone,
	}
}

// tokenRow is a token as it is kept: of its plain text only the hash.
type tokenRow struct {
	bun.BaseModel `bun:"table:token"`

	ID           enforcement.ID             `bun:"id"`
	Hash         []byte                     `bun:"hash"`
	Actor        string                     `bun:"actor"`
	Role         enforcement.Role           `bun:"role"`
	Organisation enforcement.OrganisationID `bun:"organisation_id,nullzero"`
	Demo         bool                       `bun:"demo"`
	CreatedAt    time.Time                  `bun:"created_at"`
	ExpiresAt    time.Time                  `bun:"expires_at,nullzero"`
	RevokedAt    time.Time                  `bun:"revoked_at,nullzero"`
	Staffed      bool                       `bun:"staffed"`
	StaffOf      enforcement.OrganisationID `bun:"staff_of,nullzero"`
	Asleep       bool                       `bun:"asleep,scanonly"`
	InPost       bool                       `bun:"in_post,scanonly"`

	enrols *Staff // who is entered along with the token; nil: nobody
}

// asleep is true of a token of before the last restoration that nobody woke since: it may
// have been revoked in the lost time.
const asleep = "awake < record_epoch()"

// valid is true of a token, its sleep aside, that was not revoked and ends after the moment
// that is given.
const valid = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)"

// Tokens issues and checks bearer tokens. It is safe for concurrent use.
type Tokens struct {
	// Changes has operators' tokens confirmed by a second person; [Tokens.Ask] needs it.
	Changes *change.Changes
	// Papers keeps the papers of appointments; entering one needs it.
	Papers *paper.Papers
	// Longest is how long a token may hold in this installation; 0, and whatever is more
	// than it, mean [Most].
	Longest time.Duration

	db      *pg.DB
	machine func() time.Time
	demo    bool
}

// New returns the tokens of an installation. machine is machine time. demo says
// that this is a demonstration: only then are demonstration tokens valid.
func New(db *pg.DB, machine func() time.Time, demo bool) *Tokens {
	return &Tokens{db: db, machine: machine, demo: demo}
}

// Issue is [Tokens.IssueBy] by the installation itself, as when it is set up.
func (t *Tokens) Issue(ctx context.Context, actor string, role enforcement.Role, org enforcement.OrganisationID, demo bool, expires time.Time) (plaintext string, err error) {
	act := enforcement.Act{At: t.machine().UTC(), Actor: enforcement.Actor{ID: "command-line", Role: enforcement.System}}
	return t.IssueBy(ctx, act, actor, role, org, demo, expires)
}

// Wanted is a token to issue.
type Wanted struct {
	// Staff is the staff number of whom it is for: the human that every rule of a second
	// person compares. It must be in post (token.staff, token.post).
	Staff string
	// Of is whose number it is; 0: the token's own organisation's.
	Of           enforcement.OrganisationID
	Role         enforcement.Role
	Organisation enforcement.OrganisationID
	// Expires is at most [Tokens.Longest] away, which the zero time means.
	Expires time.Time
	// Enter enters the number along with the token, where one person may: its name and post
	// are then given.
	Enter *Staff
}

// IssueBy makes a token for a person or system and returns its only plain copy.
// actor is a staff number in post where a person issues it outside of a demonstration. A court's role needs a
// court, a department's an organisation that is none; the others may stand for none
// (0). expires is at most [Tokens.Longest] away, which the zero time means. An account of
// the operating system issues an operator's only, and only while there are none or, where
// one person may not decide who is told, too few. An operator's is then no operator's to
// issue alone (change.unproposed): see [Tokens.Ask].
func (t *Tokens) IssueBy(
	ctx context.Context, act enforcement.Act, actor string, role enforcement.Role, org enforcement.OrganisationID, demo bool, expires time.Time,
) (plaintext string, err error) {
	return t.issue(ctx, act, Wanted{Staff: actor, Role: role, Organisation: org, Expires: expires}, demo)
}

func (t *Tokens) issue(ctx context.Context, act enforcement.Act, n Wanted, demo bool) (plaintext string, err error) {
	row, plaintext, err := t.made(ctx, act, n, demo)
	if err != nil {
		return "", err
	}
	err = t.db.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if err := t.mayIssue(ctx, tx, act, n.Role); err != nil {
			return err
		}
		if err := t.enrol(ctx, tx, act, row.enrols); err != nil {
			return err
		}
		tx.Later(tx.NewInsert().Model(&row), "insert a token")
		t.log(ctx, tx, act, record.EventTokenIssued, &row)
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("store a token of %s: %w", n.Role, enforcement.AsRefusal(err))
	}
	return plaintext, nil
}

// made makes a token and its row, which is not yet written.
func (t *Tokens) made(ctx context.Context, act enforcement.Act, n Wanted, demo bool) (row tokenRow, plaintext string, err error) {
	if err := act.Check(enforcement.Operator, enforcement.System); err != nil {
		return row, "", err
	}
	now := t.machine().UTC()
	if n.Expires.IsZero() {
		n.Expires = now.Add(t.longest())
	}
	if err := t.checkIssue(n.Staff, n.Role, demo, n.Expires.Sub(now)); err != nil {
		return row, "", err
	}
	if act.ByAccount() && n.Role != enforcement.Operator {
		return row, "", refuse(CodeMissing)
	}
	if err := t.checkOrganisation(ctx, n.Role, n.Organisation); err != nil {
		return row, "", err
	}
	row = tokenRow{ID: enforcement.NewID(), Actor: n.Staff, Role: n.Role, Organisation: n.Organisation, Demo: demo, CreatedAt: now, ExpiresAt: n.Expires.UTC()}
	if !demo && act.Actor.Role != enforcement.System {
		if err := t.human(ctx, &row, n); err != nil {
			return row, "", err
		}
	}
	secret := make([]byte, secretBytes)
	_, _ = rand.Read(secret) // never fails: it ends the process instead
	plaintext = prefix
	if demo {
		plaintext = demoPrefix
	}
	plaintext += base64.RawURLEncoding.EncodeToString(secret)
	row.Hash = hash(plaintext)
	return row, plaintext, nil
}

func (t *Tokens) longest() time.Duration {
	if t.Longest <= 0 {
		return Most
	}
	return min(t.Longest, Most)
}

// checkIssue refuses whom, what and how long no token is for.
func (t *Tokens) checkIssue(actor string, role enforcement.Role, demo bool, valid time.Duration) error {
	switch {
	case !says(actor) || enforcement.Reserved(actor):
		return refuse(CodeActor)
	case !slices.Contains(enforcement.Roles(), role):
		return refuse(CodeRole)
	case demo && !t.demo:
		return refuse(CodeDemo)
	case valid <= 0:
		return refuse(CodeExpires)
	case valid > t.longest():
		return enforcement.Refuse(CodeTooLong, "days", strconv.Itoa(int(t.longest().Hours()/24)))
	}
	return enforcement.PublicName("actor", actor)
}

// log writes down who issued or ended whose token.
func (t *Tokens) log(ctx context.Context, tx *pg.Tx, act enforcement.Act, kind record.EventKind, row *tokenRow) {
	what := row.told()
	if act.ByAccount() {
		what += ", without a token"
	}
	t.record().Log(ctx, tx, act, record.Event{Kind: kind, RefersTo: row.ID, Reason: what})
}

func (t *Tokens) record() *record.Record { return &record.Record{DB: t.db, Machine: t.machine} }

// told says whose token it is, and nothing of it.
func (row *tokenRow) told() string {
	what := fmt.Sprintf("%s %s", row.Actor, row.Role)
	if row.Organisation != 0 {
		what += " of organisation " + row.Organisation.String()
	}
	if !row.ExpiresAt.IsZero() {
		what += " until " + row.ExpiresAt.UTC().Format(time.DateOnly)
	}
	return what
}

func (t *Tokens) checkOrganisation(ctx context.Context, role enforcement.Role, org enforcement.OrganisationID) error {
	needsCourt := slices.Contains([]enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.President}, role)
	needsDepartment := slices.Contains([]enforcement.Role{enforcement.DepartmentClerk, enforcement.DepartmentReviewer}, role)
	if org == 0 {
		if needsCourt || needsDepartment {
			return refuse(CodeOrganisation)
		}
		return nil
	}
	var court bool
	err := t.db.NewSelect().Table("organisation").ColumnExpr("kind = 'court'").Where("id = ?", pg.Number(org)).Scan(ctx, &court)
	if errors.Is(err, sql.ErrNoRows) || (err == nil && (needsCourt && !court || needsDepartment && court)) {
		return refuse(CodeOrganisation)
	}
	if err != nil {
		return fmt.Errorf("look for organisation %d: %w", org, err)
	}
	return nil
}

// Authenticate returns who holds a token (the plain one, without "Bearer"). A
// token that is unknown, expired or revoked is refused with one and the same
// code; a demonstration token outside a demonstration with its own, and so is one that
// sleeps since a restoration.
func (t *Tokens) Authenticate(ctx context.Context, bearer string) (enforcement.Actor, error) {
	actor, _, err := t.Holder(ctx, bearer)
	return actor, err
}

// Beside is what somebody asks in the round trip of a look-up. holder is a query for the
// actor, role and organisation_id (0: none) of whoever holds the token, valid or not.
type Beside func(holder *bun.SelectQuery) pg.Ask

// Holder is [Tokens.Authenticate] that also tells when the token ends; the zero time is
// one of a release whose tokens had no end. Every request looks, so a token that was
// revoked is refused at once by every process.
func (t *Tokens) Holder(ctx context.Context, bearer string, beside ...Beside) (actor enforcement.Actor, expires time.Time, err error) {
	switch {
	case bearer == "":
		return actor, expires, refuse(CodeMissing)
	case len(bearer) > maxToken || !strings.HasPrefix(bearer, prefix):
		return actor, expires, refuse(CodeUnknown)
	case strings.HasPrefix(bearer, demoPrefix) && !t.demo:
		return actor, expires, refuse(CodeDemo)
	}
	var found []tokenRow
	holder := t.db.NewSelect().Table("token").Where("hash = ?", hash(bearer))
	asks := []pg.Ask{pg.All(t.db.NewSelect().Model((*tokenRow)(nil)).Column("actor", "role", "organisation_id", "demo", "expires_at").ColumnExpr(asleep+" AS asleep").
		ColumnExpr("NOT staffed OR in_post(organisation_id, staff_of, actor, role, ?) AS in_post", calendar.DayOf(t.machine())).
		Where("hash = ? AND "+valid, hash(bearer), t.machine().UTC()), &found)}
	for _, ask := range beside {
		asks = append(asks, ask(holder.Column("actor", "role").ColumnExpr("coalesce(organisation_id, 0) AS organisation_id")))
	}
	if err := t.db.Together(ctx, asks...); err != nil {
		return actor, expires, fmt.Errorf("look up a token: %w", err)
	}
	switch {
	case len(found) == 0:
		return actor, expires, refuse(CodeUnknown)
	// The column decides, not the prefix: a row carried over from a
	// demonstration stays refused whatever the token looks like.
	case found[0].Demo && !t.demo:
		return actor, expires, refuse(CodeDemo)
	}
	if found[0].Asleep {
		return actor, expires, refuse(CodeAsleep)
	}
	if !found[0].InPost {
		return actor, expires, refuse(CodePost)
	}
	return enforcement.Actor{ID: found[0].Actor, Role: found[0].Role, Organisation: found[0].Organisation}, found[0].ExpiresAt, nil
}

// EndsSoon reports whether a token that ends then ends within [Soon].
func (t *Tokens) EndsSoon(expires time.Time) bool {
	return !expires.IsZero() && expires.Before(t.machine().Add(Soon))
}

// Token is a token as it is listed: of what it is made nothing.
type Token struct {
	ID           enforcement.ID             `json:"id"`
	Actor        string                     `json:"actor"`
	Role         enforcement.Role           `json:"role"`
	Organisation enforcement.OrganisationID `json:"organisation,omitempty"`
	Demo         bool                       `json:"demo,omitempty"`
	CreatedAt    time.Time                  `json:"created_at"`
	ExpiresAt    time.Time                  `json:"expires_at,omitzero"`
	RevokedAt    time.Time                  `json:"revoked_at,omitzero"`
	// Staffed: the actor is a staff number; otherwise nothing is known of the human but it.
	Staffed bool `json:"staffed,omitempty"`
	// Asleep: it is of before a restoration and refused until an operator wakes it.
	Asleep bool `json:"asleep,omitempty"`
}

// List returns the tokens that are valid now, sleeping ones among them, or all, by holder.
func (t *Tokens) List(ctx context.Context, all bool) ([]Token, error) {
	if all {
		return t.list(ctx, "true")
	}
	return t.list(ctx, valid, t.machine().UTC())
}

func (t *Tokens) list(ctx context.Context, condition string, args ...any) ([]Token, error) {
	var rows []tokenRow
	err := t.db.NewSelect().Model(&rows).ColumnExpr("?TableColumns").ColumnExpr(asleep+" AS asleep").Where(condition, args...).
		Order("actor", "role", "created_at", "id").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	list := make([]Token, len(rows))
	for i, row := range rows {
		list[i] = Token{row.ID, row.Actor, row.Role, row.Organisation, row.Demo, row.CreatedAt, row.ExpiresAt, row.RevokedAt, row.Staffed, row.Asleep}
	}
	return list, nil
}

// Revoke ends the token of an id, or refuses where there is none that could end.
func (t *Tokens) Revoke(ctx context.Context, act enforcement.Act, id enforcement.ID) error {
	return t.revokeOne(ctx, act, "id = ?", id)
}

// RevokePlain is [Tokens.Revoke] of a token that somebody found.
func (t *Tokens) RevokePlain(ctx context.Context, act enforcement.Act, bearer string) error {
	return t.revokeOne(ctx, act, "hash = ?", hash(bearer))
}

func (t *Tokens) revokeOne(ctx context.Context, act enforcement.Act, which string, of any) error {
	n, err := t.revoke(ctx, act, which, of)
	if err == nil && n == 0 {
		err = refuse(CodeRevoked)
	}
	return err
}

// RevokeAll ends every token of a person, of whatever role and organisation, and returns
// how many.
func (t *Tokens) RevokeAll(ctx context.Context, act enforcement.Act, actor string) (int, error) {
	return t.revoke(ctx, act, "actor = ?", actor)
}

func (t *Tokens) revoke(ctx context.Context, act enforcement.Act, which string, of any) (n int, err error) {
	if err := act.Check(enforcement.Operator, enforcement.System); err != nil {
		return 0, err
	}
	if act.ByAccount() {
		which += " AND role = 'operator'" // who lost the only one has no other way
	}
	err = t.db.InTx(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var ended []tokenRow
		err := tx.NewUpdate().Model((*tokenRow)(nil)).Set("revoked_at = ?", t.machine().UTC()).Where(which+" AND revoked_at IS NULL", of).
			Returning("id, actor, role, organisation_id").Scan(ctx, &ended)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		for i := range ended {
			t.log(ctx, tx, act, record.EventTokenRevoked, &ended[i])
		}
		n = len(ended)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("revoke tokens: %w", err)
	}
	return n, nil
}

func hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func refuse(code string) error { return &enforcement.Refusal{Code: code} }
