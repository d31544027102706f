package pg

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"hash/maphash"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// A text that comes a second time is prepared, until so many are; then all are prepared
// anew as they come. Texts with something of their own in them come once.
const (
	mostPrepared = 400
	mostSeen     = 2000
	longestText  = 8 << 10 // bytes: a longer text is one of many rows
)

// prepared are the statements of a connection that PostgreSQL has planned.
type prepared struct {
	names map[string]string
	// seen are the texts that came once, as hashes: one that is taken for another is
	// prepared a little early.
	seen map[uint64]bool
	next int
}

// textHash is the seed of those hashes.
var textHash = maphash.MakeSeed()

// preparedOn is kept with the connection, for whoever has it after us.
func preparedOn(c *pgconn.PgConn) *prepared {
	const key = "concordat/prepared"
	p, ok := c.CustomData()[key].(*prepared)
	if !ok {
		p = &prepared{names: map[string]string{}, seen: map[uint64]bool{}}
		c.CustomData()[key] = p
	}
	return p
}

// worthwhile reports whether a text is to be prepared, and forgets all where there are
// too many.
func (p *prepared) worthwhile(text string, pipe *pgconn.Pipeline) bool {
	hash := maphash.String(textHash, text)
	switch {
	case len(text) > longestText:
		return false
	case !p.seen[hash]:
		if len(p.seen) >= mostSeen {
			clear(p.seen)
		}
		p.seen[hash] = true
		return false
	case len(p.names) >= mostPrepared:
		for _, name := range p.names {
			pipe.SendDeallocate(name)
		}
		clear(p.names)
	}
	return true
}

// send sends what is queued and then a query without arguments (none, if it is
// empty), reads the answers to the first, and returns that to the last: all in one
// message. Each statement is prepared where that is worth while; a text of several
// statements goes by the simple protocol, and takes the others with it.
func (c *conn) send(ctx context.Context, query string) (*answer, error) {
	under := c.Conn()
	switch {
	case under.IsClosed():
		return nil, driver.ErrBadConn
	case c.broken != nil:
		return nil, c.broken
	case c.ended():
		return nil, fmt.Errorf("%w: %w", errEnded, sql.ErrTxDone)
	}
	queue := c.queue
	c.queue = nil
	marked := query
	if len(queue) > 0 {
		texts := make([]string, 0, len(queue)+1)
		for i := range queue {
			if queue[i].mistake != nil {
				return nil, fmt.Errorf("%s: %w", queue[i].doing(), queue[i].mistake)
			}
			texts = append(texts, queue[i].text)
		}
		if query != "" {
			texts = append(texts, query)
		}
		marked = strings.Join(texts, string(nextAsk))
	}
	done := func(error) {}
	if c.tracer != nil {
		traced := c.tracer.TraceQueryStart(ctx, under, pgx.TraceQueryStartData{SQL: plain(marked)})
		done = func(err error) { c.tracer.TraceQueryEnd(traced, under, pgx.TraceQueryEndData{Err: err}) }
	}
	a := &answer{types: under.TypeMap(), done: done}
	if list, several := parse(marked); several {
		a.from = simple{under.PgConn().Exec(ctx, plain(marked))}
	} else {
		a.from = pipelined(ctx, under.PgConn(), list)
	}
	for i := range queue {
		if err := a.expect(&queue[i]); err != nil {
			return nil, err
		}
	}
	if query == "" {
		return a, nil
	}
	if !a.next() {
		_, err := a.finish()
		if pgconn.SafeToRetry(err) && !c.tx {
			err = driver.ErrBadConn
		}
		if err == nil {
			err = errNoAnswer
		}
		return nil, err
	}
	return a, nil
}

// results are the answers to a message, one after the other; none are left, or the error
// is the end of them.
type results interface {
	next() (*pgconn.ResultReader, error)
	close() error
}

// simple are those of the simple protocol.
type simple struct{ all *pgconn.MultiResultReader }

func (s simple) next() (*pgconn.ResultReader, error) {
	if s.all.NextResult() {
		return s.all.ResultReader(), nil
	}
	return nil, s.all.Close() //nolint:wrapcheck // database/sql compares driver errors
}

func (s simple) close() error { return s.all.Close() } //nolint:wrapcheck // as above

// pipeline are those of statements that were sent in a row.
type pipeline struct {
	pipe *pgconn.Pipeline
	kept *prepared
	// making are the texts that are being prepared, in turn.
	making []string
	err    error
}

func pipelined(ctx context.Context, c *pgconn.PgConn, list []statement) *pipeline {
	p := &pipeline{pipe: c.StartPipeline(ctx), kept: preparedOn(c)}
	names := map[string]string{} // of this message
	for _, s := range list {
		name := p.kept.names[s.text]
		if name == "" {
			name = names[s.text]
		}
		if name == "" && p.kept.worthwhile(s.text, p.pipe) {
			p.kept.next++
			name = "ours_" + strconv.Itoa(p.kept.next)
			names[s.text] = name
			p.pipe.SendPrepare(name, s.text, nil)
			p.making = append(p.making, s.text, name)
		}
		if name == "" {
			p.pipe.SendQueryParams(s.text, s.args, nil, nil, nil)
		} else {
			p.pipe.SendQueryPrepared(name, s.args, nil, nil)
		}
	}
	if err := p.pipe.Sync(); err != nil {
		p.err = err
	}
	return p
}

func (p *pipeline) next() (*pgconn.ResultReader, error) {
	for p.err == nil {
		result, err := p.pipe.GetResults()
		if err != nil {
			p.err = err
			break
		}
		switch result := result.(type) {
		case *pgconn.ResultReader:
			return result, nil
		case *pgconn.StatementDescription: // the database has it
			p.kept.names[p.making[0]] = p.making[1]
			p.making = p.making[2:]
		case nil, *pgconn.PipelineSync:
			return nil, nil
		}
	}
	return nil, p.err
}

// close reads what is left. A plan that no longer fits the tables is made anew.
func (p *pipeline) close() error {
	for p.err == nil {
		result, err := p.next()
		if result == nil || err != nil {
			break
		}
		if _, err := result.Close(); err != nil {
			p.err = err
		}
	}
	err := p.pipe.Close()
	if p.err == nil {
		p.err = err
	}
	if stale(p.err) {
		clear(p.kept.names)
	}
	return p.err
}
