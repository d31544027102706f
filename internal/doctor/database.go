package doctor

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"concordat/internal/pg"
	"concordat/migrations"
)

const (
	// oldestServer is the PostgreSQL that the programme is made for.
	oldestServer = 15
	// maxSkew is how far machine time and the database's may lie apart: /readyz
	// fails beyond it.
	maxSkew = 5 * time.Second
	// defaultConnections is the pool's size where none is given; beside it the
	// programme holds connections for lanes, migrations and the doctor.
	defaultConnections, besides = 16, 4
	statementTimeout            = 10 * time.Second
)

// reachDatabase opens connections that only read.
func (e *examination) reachDatabase(ctx context.Context) (string, []Finding, error) {
	url, seen := e.DatabaseURL, "DATABASE_URL"
	if url == "" {
		seen = filepath.Join(e.Data, "postgres")
		found, err := pg.FindCluster(seen)
		if err != nil || found == "" {
			if err == nil {
				err = errNoCluster
			}
			return seen, []Finding{fault("doctor.database.down", "%s: %v", seen, err)}, nil
		}
		url = found
	}
	db, err := pg.Open(ctx, pg.Config{URL: url, MaxConns: 2, ApplicationName: "concordat-doctor", StatementTimeout: statementTimeout, ReadOnly: true})
	if err != nil {
		return seen, []Finding{fault("doctor.database.down", "%v", err)}, nil
	}
	e.db = db
	var version int
	var standby, readOnly bool
	var name string
	// Our own session is read only; its reset value is what others begin with.
	err = db.NewRaw(`SELECT current_setting('server_version_num')::int, pg_is_in_recovery(), current_setting('server_version'),
			(SELECT reset_val::bool FROM pg_settings WHERE name = 'default_transaction_read_only')`).
		Scan(ctx, &version, &standby, &name, &readOnly)
	if err != nil {
		return seen, nil, fmt.Errorf("ask the server: %w", err)
	}
	seen = "PostgreSQL " + name
	var found []Finding
	if version/10000 < oldestServer {
		found = append(found, fault("doctor.database.version", "%s, %d is needed", seen, oldestServer))
	}
	if standby {
		found = append(found, fault("doctor.database.standby", "%s", seen))
	}
	if readOnly {
		found = append(found, fault("doctor.database.read-only", "default_transaction_read_only = on"))
	}
	if err := db.RequireSession(ctx); errors.Is(err, pg.ErrPooler) {
		found = append(found, fault("doctor.database.pooler", "%v", err))
	} else if err != nil {
		return seen, found, err //nolint:wrapcheck // says what was being done
	}
	return seen, found, nil
}

// setting is one that must not be otherwise.
type setting struct {
	name, code string
	good       []string
	verdict    Verdict
}

// settings looks at what makes a committed row stay, and at room to work.
func (e *examination) settings(ctx context.Context) (string, []Finding, error) {
	var found []Finding
	var seen []string
	for _, s := range []setting{
		{"fsync", "doctor.settings.fsync", []string{"on"}, Fault},
		{"full_page_writes", "doctor.settings.full-page-writes", []string{"on"}, Fault},
		{"synchronous_commit", "doctor.settings.synchronous-commit", []string{"on", "remote_write", "remote_apply"}, Fault},
		{"data_checksums", "doctor.settings.checksums", []string{"on"}, Warn},
		{"autovacuum", "doctor.settings.autovacuum", []string{"on"}, Fault},
	} {
		var value string
		if err := e.db.NewRaw(`SELECT current_setting(?)`, s.name).Scan(ctx, &value); err != nil {
			return "", found, fmt.Errorf("read setting %s: %w", s.name, err)
		}
		text := s.name + " = " + value
		seen = append(seen, text)
		if !slices.Contains(s.good, value) {
			found = append(found, Finding{Code: s.code, Verdict: s.verdict, Detail: text})
		}
	}
	pool := int(e.Connections)
	if pool == 0 {
		pool = defaultConnections
	}
	var room int
	err := e.db.NewRaw(`SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int`).Scan(ctx, &room)
	if err != nil {
		return "", found, fmt.Errorf("read the number of connections: %w", err)
	}
	seen = append(seen, fmt.Sprintf("connections %d of %d", pool+besides, room))
	if room < pool+besides {
		found = append(found, fault("doctor.settings.connections", "the server gives %d, this process alone takes up to %d", room, pool+besides))
	}
	return strings.Join(seen, ", "), found, nil
}

// clock compares machine time with the database's; the way there and back is not
// held against either.
func (e *examination) clock(ctx context.Context) (string, []Finding, error) {
	var theirs time.Time
	before := e.Machine()
	if err := e.db.NewRaw(`SELECT clock_timestamp()`).Scan(ctx, &theirs); err != nil {
		return "", nil, fmt.Errorf("ask for the time: %w", err)
	}
	skew := before.Add(e.Machine().Sub(before) / 2).Sub(theirs)
	seen := fmt.Sprintf("machine and database %s apart", shown(skew.Abs()))
	if skew.Abs() > maxSkew {
		return seen, []Finding{fault("doctor.clock.skew", "%s, at most %s", seen, maxSkew)}, nil
	}
	return seen, nil, nil
}

// schemaVersion compares the schema with the one this programme brings.
func (e *examination) schemaVersion(ctx context.Context) (string, []Finding, error) {
	want, err := migrations.Latest()
	if err != nil {
		return "", nil, fmt.Errorf("read our own migrations: %w", err)
	}
	have, err := migrations.Version(ctx, e.db.Pool)
	if err != nil {
		return "", nil, fmt.Errorf("read the version of the schema: %w", err)
	}
	seen := fmt.Sprintf("schema %d, programme %d", have, want)
	e.schema = have >= want
	switch {
	case have < want:
		return seen, []Finding{fault("doctor.schema.behind", "%s", seen)}, nil
	case have > want:
		return seen, []Finding{warn("doctor.schema.ahead", "%s", seen)}, nil
	}
	return seen, nil, nil
}
