package edge

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// requestTime is how long a request may take, from its first byte here to the end of its
// work, whoever asks and before anybody knows who it is. What is being committed is not
// broken off (pg.DB.InTx).
const requestTime = 30 * time.Second

// errLate is why a request was broken off.
var errLate = errors.New("the request was not done in its time")

// bounded ends a request's work when its time is over.
func (d *Door) bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancelCause(r.Context())
		defer cancel(nil)
		clock := time.AfterFunc(or(d.RequestTime, requestTime), func() { cancel(errLate) })
		defer clock.Stop()
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, clockKey{}, clock)))
	})
}

func or(n, otherwise time.Duration) time.Duration {
	if n > 0 {
		return n
	}
	return otherwise
}

type clockKey struct{}

// MoreTime gives a request so much time from now: one that waits for others by right, or
// of which something keeps coming. One whose time is over gets none.
func MoreTime(ctx context.Context, more time.Duration) {
	clock, ok := ctx.Value(clockKey{}).(*time.Timer)
	if ok && clock.Stop() {
		clock.Reset(more)
	}
}
