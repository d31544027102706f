package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/rs/zerolog"
	"riverqueue.com/riverui"
)

// Page is River's own page of queues and jobs, all of its files built in. It is
// served below prefix, a path without a slash at its end, and keeps its counts
// until ctx ends. It asks nobody who they are, and whoever reaches it can pause
// queues and remove jobs: the caller lets operators in and nobody else. Jobs say
// that there is something to do and never for whom, so nothing on it is about a
// person.
func Page(ctx context.Context, client *Client, prefix string, log zerolog.Logger) (http.Handler, error) {
	page, err := riverui.NewHandler(&riverui.HandlerOpts{
		Endpoints: riverui.NewEndpoints(client, nil), Prefix: prefix, JobListHideArgsByDefault: true,
		Logger: slog.New(zerolog.NewSlogHandler(log.Level(max(log.GetLevel(), zerolog.WarnLevel)))),
	})
	if err != nil {
		return nil, fmt.Errorf("build the page of the queues: %w", err)
	}
	if err := page.Start(ctx); err != nil {
		return nil, fmt.Errorf("start the page of the queues: %w", err)
	}
	return page, nil
}
