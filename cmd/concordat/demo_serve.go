package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/rs/zerolog"

	"concordat/enforcement"
	"concordat/enforcement/change"
	"concordat/internal/access"
	"concordat/internal/api"
	"concordat/internal/demo"
	"concordat/internal/edge"
	"concordat/internal/pg"
	"concordat/migrations"
)

const (
	// tokensLast is how long the tokens of a demonstration are good.
	tokensLast = 24 * time.Hour
	// roundEvery is how often the daily round looks again while visitors act.
	roundEvery = 5 * time.Second
	// goodbye is how long requests under way may take when the server ends.
	goodbye = 5 * time.Second
)

// visitor is one token to try.
type visitor struct {
	role         enforcement.Role
	organisation string // slug; none for those who stand for nobody
	try          string // path that shows something
}

var visitors = []visitor{
	{enforcement.Clerk, "qingxiu-court", "/v1/listings?limit=3"},
	{enforcement.Judge, "qingxiu-court", "/v1/tasks?limit=3"},
	{enforcement.President, "qingxiu-court", "/v1/listings?state=active&limit=3"},
	{enforcement.DepartmentClerk, "nanning-tax", "/v1/directives?limit=3"},
	{enforcement.DepartmentReviewer, "nanning-forestry", "/v1/inbox?limit=3"},
	{enforcement.Overseer, "", "/v1/directives?limit=3"},
	{enforcement.Operator, "", "/v1/incidents?limit=3"},
	{enforcement.Lawyer, "", "/v1/me"},
}

// serveDemo lets legal time run on and serves the interface until ctx ends.
func serveDemo(ctx context.Context, a *app, played *demo.Demo, db *pg.DB, listener net.Listener) error {
	played.Clock.Run()
	wanted, err := migrations.Latest()
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	tokens := access.New(db, machineTime, true)
	tokens.Changes, tokens.Papers = played.Register.Changes, played.Register.Papers
	log := zerolog.New(a.Err).With().Timestamp().Str("mode", "DEMO").Logger()
	handler, err := api.New(api.Config{
		Register: played.Register, Tokens: tokens, Inbox: played.Inbox, Legal: played.Clock.Now,
		Carriers: change.Carriers{
			change.Endpoint: played.Endpoints.Carry, change.Organisation: played.Register.Parties.CarryOrganisation,
			change.Calendar: played.Register.Docket.CarryNotice, change.Staff: tokens.CarryStaff, change.Borrowed: tokens.CarryBorrowed,
		},
		Log: log, Demo: true, Ready: edge.DatabaseReady(db, machineTime, wanted),
	})
	if err != nil {
		return fmt.Errorf("build the interface: %w", err)
	}
	if err := printVisitors(ctx, plain(a.Out), played, tokens, "http://"+listener.Addr().String()); err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	round := time.NewTicker(roundEvery)
	defer round.Stop()
	for {
		select {
		case err := <-ended:
			return fmt.Errorf("serve: %w", err)
		case <-round.C:
			if _, _, _, err := played.Register.Daily(ctx, enforcement.Daily(played.Clock.Now()), nil); err != nil && ctx.Err() == nil {
				log.Error().Err(err).Msg("daily round")
			}
			if _, _, err := played.Register.Administrative.MonthlyBatch(ctx, enforcement.Daily(played.Clock.Now())); err != nil && ctx.Err() == nil {
				log.Error().Err(err).Msg("monthly batch")
			}
		case <-ctx.Done():
			quiet, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
			defer cancel()
			if err := server.Shutdown(quiet); err != nil {
				return errors.Join(fmt.Errorf("end the server: %w", err), server.Close())
			}
			return nil
		}
	}
}

// printVisitors issues one token for each role and says what to try with it.
func printVisitors(ctx context.Context, out io.Writer, played *demo.Demo, tokens *access.Tokens, address string) error {
	ids := map[string]enforcement.OrganisationID{}
	for _, o := range played.Organisations {
		ids[o.Slug] = o.ID
	}
	fmt.Fprintf(out, "\n演示 DEMO is served until it is interrupted 按 Ctrl-C 结束\n  documentation 接口文档  %s/docs\n  public list 公开名单     curl '%s/v1/public/listings?limit=3'\n", address, address)
	for _, v := range visitors {
		token, err := tokens.Issue(ctx, "demo-"+string(v.role), v.role, ids[v.organisation], true, machineTime().Add(tokensLast))
		if err != nil {
			return fmt.Errorf("issue a token of %s: %w", v.role, err)
		}
		fmt.Fprintf(out, "\n  %s %s\n    curl -H 'Authorization: Bearer %s' '%s%s'\n", v.role, v.organisation, token, address, v.try)
	}
	fmt.Fprintln(out)
	return nil
}
