package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"concordat/enforcement/record"
)

// expiringTerm is how long before its end a token is told of.
const expiringTerm = 30 * 24 * time.Hour

// tokens looks for tokens that end soon, for those that never do, and for those that
// sleep since a restoration.
func (e *examination) tokens(ctx context.Context) (string, []Finding, error) {
	var rows []struct {
		ID    string `bun:"id"`
		Role  string `bun:"role"`
		Until string `bun:"until"`
	}
	err := e.db.NewRaw(`SELECT id::text, role, coalesce(to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), '') AS until FROM token
		WHERE revoked_at IS NULL AND NOT demo AND (expires_at IS NULL OR expires_at BETWEEN ? AND ?) ORDER BY expires_at, id`,
		e.Machine().UTC(), e.Machine().Add(expiringTerm).UTC()).Scan(ctx, &rows)
	if err != nil {
		return "", nil, fmt.Errorf("look for tokens that end: %w", err)
	}
	var soon, endless []string
	for _, row := range rows {
		if row.Until == "" {
			endless = append(endless, row.ID+" "+row.Role)
		} else {
			soon = append(soon, row.ID+" "+row.Role+" until "+row.Until)
		}
	}
	var asleep int
	err = e.db.NewRaw(`SELECT count(*) FROM token WHERE awake < record_epoch() AND revoked_at IS NULL
		AND (expires_at IS NULL OR expires_at > ?)`, e.Machine().UTC()).Scan(ctx, &asleep)
	if err != nil {
		return "", nil, fmt.Errorf("count tokens that sleep: %w", err)
	}
	var found []Finding
	if asleep > 0 {
		found = append(found, warn("doctor.tokens.asleep", "%d tokens", asleep))
	}
	if len(soon) > 0 {
		found = append(found, warn("doctor.tokens.expiring", "%s", names(soon)))
	}
	if len(endless) > 0 {
		found = append(found, warn("doctor.tokens.endless", "%s", names(endless)))
	}
	return fmt.Sprintf("%d end within 30 days, %d never, %d sleep", len(soon), len(endless), asleep), found, nil
}

// changes tells what was changed last in who may ask, who is told and by what keys: it
// is no fault, and somebody should know each of them.
func (e *examination) changes(ctx context.Context) (string, []Finding, error) {
	list, err := (&record.Record{DB: e.db}).Changes(ctx)
	if err != nil {
		return "", nil, err
	}
	told := make([]string, len(list))
	for i, c := range list {
		told[i] = fmt.Sprintf("%s %s by %s (%s): %s", c.At.UTC().Format("2006-01-02 15:04 UTC"), c.Kind, c.Actor, c.Role, c.What)
	}
	if len(told) == 0 {
		return "none on record", nil, nil
	}
	return strings.Join(told, "; "), nil, nil
}
