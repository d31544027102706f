package chaos_test

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// lostConnection tells whether an error says that the database went away, and
// nothing else: all that a worker may try again on its own.
func lostConnection(err error) bool {
	if joined, ok := err.(interface{ Unwrap() []error }); ok { // every part must be one
		for _, part := range joined.Unwrap() {
			if !lostConnection(part) {
				return false
			}
		}
		return true
	}
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		// 57P01–57P03: shut down, crashed, not up yet; 08: connection exception.
		return strings.HasPrefix(refused.Code, "57P0") || strings.HasPrefix(refused.Code, "08")
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	for _, gone := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, driver.ErrBadConn, sql.ErrConnDone} {
		if errors.Is(err, gone) {
			return true
		}
	}
	// pgx and notify keep these to themselves.
	for _, words := range []string{"conn closed", "connection that held the lane is lost"} {
		if strings.Contains(err.Error(), words) {
			return true
		}
	}
	return false
}

// lostByWords is lostConnection for an error of which only the words are left.
func lostByWords(text string) bool {
	for _, words := range []string{
		"SQLSTATE 57P0", "SQLSTATE 08", "connect: ", "failed to connect", "connection reset", "broken pipe", "EOF", "bad connection", "conn closed",
		"closed network connection", "connection that held the lane is lost",
	} {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}
