package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

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
	var until *time.Time
	if !expires.IsZero() {
		until = new(expires.UTC())
	}
	_, err = t.db.Pool.Exec(ctx, `INSERT INTO token (hash, actor, role, organisation_id, demo, created_at, expires_at)
		VALUES ($1, $2, $3, nullif($4, 0), $5, $6, $7)`, hash(plaintext), actor, string(role), int32(org), demo, now, until)
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
	err := t.db.Pool.QueryRow(ctx, `SELECT kind = 'court' FROM organisation WHERE id = $1`, int32(org)).Scan(&court)
	if errors.Is(err, pgx.ErrNoRows) || (err == nil && (needsCourt && !court || needsDepartment && court)) {
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
	var demo bool
	err := t.db.Pool.QueryRow(ctx, `SELECT actor, role, coalesce(organisation_id, 0), demo FROM token
		WHERE hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)`, hash(bearer), t.machine().UTC()).
		Scan(&actor.ID, &actor.Role, &actor.Organisation, &demo)
	if errors.Is(err, pgx.ErrNoRows) {
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
	rows, err := t.db.Pool.Query(ctx, `SELECT DISTINCT role FROM token WHERE actor = $1 AND coalesce(organisation_id, 0) = $2
		AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3) AND ($4 OR NOT demo) ORDER BY role`, actor, int32(org), t.machine().UTC(), t.demo)
	if err != nil {
		return nil, fmt.Errorf("look for the roles of a holder: %w", err)
	}
	roles, err := pgx.CollectRows(rows, pgx.RowTo[enforcement.Role])
	if err != nil {
		return nil, fmt.Errorf("look for the roles of a holder: %w", err)
	}
	return roles, nil
}

// Revoke ends one token from now on; false means that no valid one was found.
func (t *Tokens) Revoke(ctx context.Context, bearer string) (bool, error) {
	tag, err := t.db.Pool.Exec(ctx, `UPDATE token SET revoked_at = $2 WHERE hash = $1 AND revoked_at IS NULL`, hash(bearer), t.machine().UTC())
	if err != nil {
		return false, fmt.Errorf("revoke a token: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}

// RevokeAll ends every token of a holder, as when somebody leaves an
// organisation, and returns how many.
func (t *Tokens) RevokeAll(ctx context.Context, actor string, org enforcement.OrganisationID) (int, error) {
	tag, err := t.db.Pool.Exec(ctx, `UPDATE token SET revoked_at = $3
		WHERE actor = $1 AND coalesce(organisation_id, 0) = $2 AND revoked_at IS NULL`, actor, int32(org), t.machine().UTC())
	if err != nil {
		return 0, fmt.Errorf("revoke the tokens of a holder: %w", err)
	}
	return int(tag.RowsAffected()), nil
}

func hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func refuse(code string) error { return &enforcement.Refusal{Code: code} }
