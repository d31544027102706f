package pg

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/uptrace/bun"
)

const (
	defaultMaxConns    = 16
	defaultMaxConnIdle = 5 * time.Minute
	// A transaction does no network, so one that idles for seconds is a fault, or its
	// process is frozen: whoever waits for its locks, to lift something, waits as long.
	defaultIdleInTx = 15 * time.Second
)

// Config says where the database is and how it is used.
type Config struct {
	// URL is a PostgreSQL URL or keyword string; several hosts with
	// target_session_attrs=read-write find the primary of a pair. Required.
	URL string
	// MaxConns is the size of the pool that bun, River and everything else
	// share; 0 means 16.
	MaxConns int32
	// ApplicationName shows in pg_stat_activity; empty means "concordat".
	ApplicationName string
	// MaxConnIdle is how long an unused connection is kept; 0 means 5 minutes.
	MaxConnIdle time.Duration
	// IdleInTx is how long a transaction may sit without a statement before
	// PostgreSQL ends its connection; 0 means 15 s, negative no limit.
	IdleInTx time.Duration
	// StatementTimeout ends a statement that runs longer; 0 means no limit.
	StatementTimeout time.Duration
	// ReadOnly refuses every write, for whoever only looks.
	ReadOnly bool
	// Tracer sees every query of the pool, bun's too; nil means nobody does.
	Tracer pgx.QueryTracer
	// Dial makes the connections; nil means the usual way.
	Dial pgconn.DialFunc
}

// DB is a database: bun for our queries, the pool beneath it for River, COPY,
// LISTEN and prepared statements. Both draw on the same connections.
type DB struct {
	*bun.DB
	// Pool is the pool that bun runs on; [DB.Close] closes it.
	Pool *pgxpool.Pool

	writes *writes
}

// Open connects and asks once whether the database answers. Instants are read
// in UTC, which is the zone of the session too.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	state := &writes{}
	poolConfig, err := cfg.pool(state)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, poolConfig)
	if err != nil {
		return nil, fmt.Errorf("make connection pool: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("reach database: %w", err)
	}
	state.pool.Store(pool)
	db := sql.OpenDB(connector{pool, cfg.Tracer})
	db.SetMaxIdleConns(0) // the pool keeps the idle ones, or others would starve
	return &DB{DB: bun.NewDB(db, newDialect()), Pool: pool, writes: state}, nil
}

// Close waits for the connections in use to come back, and closes them all.
func (db *DB) Close() error {
	err := db.DB.Close()
	db.Pool.Close()
	if err != nil {
		return fmt.Errorf("close database: %w", err)
	}
	return nil
}

func (cfg Config) pool(state *writes) (*pgxpool.Config, error) {
	poolConfig, err := pgxpool.ParseConfig(cfg.URL)
	if err != nil {
		// The parser's error hides the password, and nothing else is added.
		return nil, fmt.Errorf("read database URL: %w", err)
	}
	poolConfig.MaxConns = cfg.MaxConns
	if cfg.MaxConns == 0 {
		poolConfig.MaxConns = defaultMaxConns
	}
	poolConfig.MaxConnIdleTime = cfg.MaxConnIdle
	if cfg.MaxConnIdle == 0 {
		poolConfig.MaxConnIdleTime = defaultMaxConnIdle
	}
	poolConfig.PingTimeout = pingPatience
	poolConfig.ConnConfig.Tracer = cfg.Tracer
	if poolConfig.ConnConfig.ConnectTimeout == 0 {
		poolConfig.ConnConfig.ConnectTimeout = defaultConnect
	}
	poolConfig.ConnConfig.DialFunc = cfg.Dial
	if cfg.Dial == nil {
		poolConfig.ConnConfig.DialFunc = dial()
	}
	poolConfig.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		readInstantsInUTC(conn.TypeMap())
		if !cfg.ReadOnly {
			return nil
		}
		// Said only now, or a URL that asks for a host that takes writes would find none.
		if _, err := conn.Exec(ctx, `SET default_transaction_read_only = on`); err != nil {
			return fmt.Errorf("make the session read only: %w", err)
		}
		return nil
	}
	if !cfg.ReadOnly {
		fatal := poolConfig.ConnConfig.OnPgError
		poolConfig.ConnConfig.OnPgError = func(c *pgconn.PgConn, said *pgconn.PgError) bool {
			stays := state.heard(said)
			return fatal(c, said) && stays
		}
	}
	session := poolConfig.ConnConfig.RuntimeParams
	session["timezone"] = "UTC"
	session["application_name"] = cfg.ApplicationName
	if cfg.ApplicationName == "" {
		session["application_name"] = "concordat"
	}
	idle := cfg.IdleInTx
	if idle == 0 {
		idle = defaultIdleInTx
	}
	session["idle_in_transaction_session_timeout"] = milliseconds(idle)
	session["statement_timeout"] = milliseconds(cfg.StatementTimeout)
	// Our statements are planned for any argument (the indexes are named by the order and
	// the bounds, see directive.selectDue), and planning each anew for its arguments cost a
	// fifth of what the database did in a year. A URL may say otherwise.
	usual := keepalives()
	usual["plan_cache_mode"] = "force_generic_plan"
	for name, value := range usual {
		if _, said := session[name]; !said {
			session[name] = value
		}
	}
	return poolConfig, nil
}

// readInstantsInUTC replaces pgx's way with timestamptz, which gives instants in
// the zone of the machine.
func readInstantsInUTC(types *pgtype.Map) {
	instant := &pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	}
	types.RegisterType(instant)
	types.RegisterType(&pgtype.Type{
		Name: "_timestamptz", OID: pgtype.TimestamptzArrayOID, Codec: &pgtype.ArrayCodec{ElementType: instant},
	})
	types.RegisterType(&pgtype.Type{
		Name: "tstzrange", OID: pgtype.TstzrangeOID, Codec: &pgtype.RangeCodec{ElementType: instant},
	})
}

// milliseconds writes a limit as PostgreSQL reads it, where 0 means none.
func milliseconds(limit time.Duration) string {
	return fmt.Sprint(max(limit, 0).Milliseconds())
}
