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
	"strings"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
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
)

// Codes lists every refusal code of this package.
func Codes() []string {
	return []string{CodeMissing, CodeUnknown, CodeDemo, CodeRole, CodeOrganisation, CodeActor, CodeExpires}
}

// tokenRow is a token as it is kept: of its plain text only the hash.
type tokenRow struct {
	bun.BaseModel `bun:"table:token"`

	Hash         []byte                     `bun:"hash"`
	Actor        string                     `bun:"actor"`
	Role         enforcement.Role           `bun:"role"`
	Organisation enforcement.OrganisationID `bun:"organisation_id,nullzero"`
	Demo         bool                       `bun:"demo"`
	CreatedAt    time.Time                  `bun:"created_at"`
	ExpiresAt    time.Time                  `bun:"expires_at,nullzero"`
}

// whose are the tokens of a holder and organisation that were not revoked.
const whose = "actor = ? AND coalesce(organisation_id, 0) = ? AND revoked_at IS NULL"

// Tokens issues and checks bearer tokens. It is safe for concurrent use.
type Tokens struct {
	db      *pg.DB
	machine func() time.Time
	demo    bool
}

// New returns the tokens of an installation. machine is machine time. demo says
// that this is a demonstration: only then are demonstration tokens valid.
func New(db *pg.DB, machine func() time.Time, demo bool) *Tokens {
	return &Tokens{db: db, machine: machine, demo: demo}
}

// Issue makes a token for a person or system and returns its only plain copy.
// actor is a staff number or the like, never a name. A court's role needs a
// court, a department's an organisation that is none; overseers and operators
// may stand for none (0). The zero expires means that it holds until revoked.
func (t *Tokens) Issue(ctx context.Context, actor string, role enforcement.Role, org enforcement.OrganisationID, demo bool, expires time.Time) (plaintext string, err error) {
	now := t.machine().UTC()
	switch {
	case actor == "":
		return "", refuse(CodeActor)
	case !slices.Contains(enforcement.Roles(), role):
		return "", refuse(CodeRole)
	case demo && !t.demo:
		return "", refuse(CodeDemo)
	case !expires.IsZero() && !expires.After(now):
		return "", refuse(CodeExpires)
	}
	if err := t.checkOrganisation(ctx, role, org); err != nil {
		return "", err
	}
	secret := make([]byte, secretBytes)
	_, _ = rand.Read(secret) // never fails: it ends the process instead
	plaintext = prefix
	if demo {
		plaintext = demoPrefix
	}
	plaintext += base64.RawURLEncoding.EncodeToString(secret)
	row := tokenRow{Hash: hash(plaintext), Actor: actor, Role: role, Organisation: org, Demo: demo, CreatedAt: now, ExpiresAt: expires.UTC()}
	_, err = t.db.NewInsert().Model(&row).Exec(ctx)
	if err != nil {
		return "", fmt.Errorf("store a token of %s: %w", role, err)
	}
	return plaintext, nil
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
// code; a demonstration token outside a demonstration with its own.
func (t *Tokens) Authenticate(ctx context.Context, bearer string) (enforcement.Actor, error) {
	var actor enforcement.Actor
	switch {
	case bearer == "":
		return actor, refuse(CodeMissing)
	case len(bearer) > maxToken || !strings.HasPrefix(bearer, prefix):
		return actor, refuse(CodeUnknown)
	case strings.HasPrefix(bearer, demoPrefix) && !t.demo:
		return actor, refuse(CodeDemo)
	}
	// Every request asks this: a statement of the pool stays prepared.
	var demo bool
	err := t.db.Pool.QueryRow(ctx, `SELECT actor, role, coalesce(organisation_id, 0), demo FROM token
		WHERE hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)`, hash(bearer), t.machine().UTC()).
		Scan(&actor.ID, &actor.Role, &actor.Organisation, &demo)
	if errors.Is(err, sql.ErrNoRows) {
		return enforcement.Actor{}, refuse(CodeUnknown)
	}
	if err != nil {
		return enforcement.Actor{}, fmt.Errorf("look up a token: %w", err)
	}
	// The column decides, not the prefix: a row carried over from a
	// demonstration stays refused whatever the token looks like.
	if demo && !t.demo {
		return enforcement.Actor{}, refuse(CodeDemo)
	}
	return actor, nil
}

// Roles returns in which roles a holder has a valid token of an organisation.
func (t *Tokens) Roles(ctx context.Context, actor string, org enforcement.OrganisationID) ([]enforcement.Role, error) {
	var roles []enforcement.Role
	held := t.db.NewSelect().Model((*tokenRow)(nil)).Distinct().Column("role").Where(whose, actor, pg.Number(org)).
		Where("expires_at IS NULL OR expires_at > ?", t.machine().UTC()).Order("role")
	if !t.demo {
		held = held.Where("NOT demo")
	}
	if err := held.Scan(ctx, &roles); err != nil {
		return nil, fmt.Errorf("look for the roles of a holder: %w", err)
	}
	return roles, nil
}

// Revoke ends one token from now on; false means that no valid one was found.
func (t *Tokens) Revoke(ctx context.Context, bearer string) (bool, error) {
	n, err := t.revoke(ctx, "hash = ? AND revoked_at IS NULL", hash(bearer))
	if err != nil {
		return false, fmt.Errorf("revoke a token: %w", err)
	}
	return n > 0, nil
}

// RevokeAll ends every token of a holder, as when somebody leaves an
// organisation, and returns how many.
func (t *Tokens) RevokeAll(ctx context.Context, actor string, org enforcement.OrganisationID) (int, error) {
	n, err := t.revoke(ctx, whose, actor, org)
	if err != nil {
		return 0, fmt.Errorf("revoke the tokens of a holder: %w", err)
	}
	return int(n), nil
}

func (t *Tokens) revoke(ctx context.Context, which string, args ...any) (int64, error) {
	done, err := t.db.NewUpdate().Model((*tokenRow)(nil)).Set("revoked_at = ?", t.machine().UTC()).Where(which, args...).Exec(ctx)
	if err != nil {
		return 0, err //nolint:wrapcheck // the caller says whose
	}
	return done.RowsAffected()
}

func hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func refuse(code string) error { return &enforcement.Refusal{Code: code} }
