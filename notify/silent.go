package notify

import (
	"context"
	"fmt"
	"time"

	"concordat/enforcement/directive"
	"concordat/enforcement/record"
	"concordat/internal/pg"
)

// SilentHolder is a session that holds a lane and says nothing: that of a process which
// is frozen or cut off, while no other takes the lane ([Config].Silence).
type SilentHolder struct {
	Organisation string         `bun:"slug"` // its slug
	Lane         directive.Lane `bun:"lane"`
	PID          int            `bun:"pid"`    // of the session at the server
	Client       string         `bun:"client"` // its address; empty is the server's own machine
	Seconds      float64        `bun:"seconds"`
}

// Silence is how long it has said nothing, by the database's clock.
func (s SilentHolder) Silence() time.Duration { return time.Duration(s.Seconds * float64(time.Second)) }

// silentSessions joins the sessions a that hold a lane's lock l, of the class of such
// locks, and have said nothing for so many seconds by the database's clock.
func silentSessions(class, seconds string) string {
	return `pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid AND l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
    AND l.classid::bigint = ` + class + ` AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND a.state_change < clock_timestamp() - make_interval(secs => ` + seconds + `)`
}

var selectSilent = `SELECT o.slug, CASE l.objid::bigint % 2 WHEN 1 THEN ? ELSE ? END AS lane,
    a.pid, coalesce(host(a.client_addr), '') AS client,
    extract(epoch FROM clock_timestamp() - a.state_change)::float8 AS seconds
  FROM ` + silentSessions("?", "?") + ` JOIN organisation o ON o.id = l.objid::bigint / 2 ORDER BY 1, 2`

// SilentHolders lists the lanes whose holder has said nothing for longer than that.
func SilentHolders(ctx context.Context, db *pg.DB, longer time.Duration) ([]SilentHolder, error) {
	var list []SilentHolder
	err := db.NewRaw(selectSilent, directive.Express, directive.Bulk, record.LaneLocks, longer.Seconds()).Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("look for silent holders of lanes: %w", err)
	}
	return list, nil
}
