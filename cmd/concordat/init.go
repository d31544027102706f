package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"concordat/enforcement"
	"concordat/internal/access"
	"concordat/internal/pg"
	"concordat/migrations"
)

type initCmd struct {
	installation

	Operator string `arg:"" help:"Staff number of the first operator."`
	Name     string `required:"" help:"Name of the first operator."`
	Post     string `required:"" help:"Post of the first operator."`
}

// Help is shown by --help.
func (c *initCmd) Help() string {
	return "Makes what is missing for concordat serve: the private PostgreSQL where DATABASE_URL names none, the schema, the key file; " +
		"and the first operator's token, which is shown once. Where anything of an installation is there it makes nothing."
}

// Run prints the token alone on standard output, and what is to be done next beside it.
func (c *initCmd) Run(a *app) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := c.refuseExisting(ctx); err != nil {
		return err
	}
	o, err := c.openOrMake(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.Close()) }()
	act, err := actByAccount(a)
	if err != nil {
		return err
	}
	token, _, err := o.tokens.Ask(ctx, act, access.Wanted{
		Staff: c.Operator, Role: enforcement.Operator, Expires: now().Add(c.firstHolds()), Enter: &access.Staff{Name: c.Name, Post: c.Post},
	})
	if err != nil {
		return fmt.Errorf("the installation is made, and has no operator yet (concordat token issue STAFF operator --name NAME --post POST): %w", err)
	}
	fmt.Fprintln(a.Out, token)
	fmt.Fprintf(plain(a.Err), `made. The line above is the token of %s, an operator: it is shown once and holds until %s.
Next, with the service's settings:
  1. copy %s to a place apart from every backup: without it nothing can be read
  2. export CONCORDAT_TOKEN, the token
  3. concordat organisations nanning, or POST /v1/organisations
  4. concordat token issue STAFF operator --name NAME --post POST, for a second operator: once anything was sent, what decides who is told takes two
  5. concordat serve
`, c.Operator, now().Add(c.firstHolds()).Format(time.DateOnly), c.keyFile())
	return nil
}

// firstHolds is how long the first token holds: as one that is issued without a word about
// it, or less where the installation says so.
func (i installation) firstHolds() time.Duration {
	if i.TokenLongest > 0 {
		return min(issuedHolds, i.TokenLongest)
	}
	return issuedHolds
}

// exists refuses for an installation that is there and says where.
func exists(where string) error {
	return fmt.Errorf("found an installation at %s: %w", where, &enforcement.Refusal{Code: "installation.exists"})
}

// refuseExisting refuses where anything of an installation is: keys, a private cluster, a
// schema.
func (i installation) refuseExisting(ctx context.Context) error {
	for _, mark := range []string{i.keyFile(), filepath.Join(i.clusterFolder(), "data", "PG_VERSION")} {
		_, err := os.Stat(mark)
		if err == nil {
			return exists(mark)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("look for an installation: %w", err)
		}
	}
	if i.DatabaseURL == "" {
		return nil
	}
	db, err := pg.Open(ctx, pg.Config{URL: i.DatabaseURL, MaxConns: 1})
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	version, err := migrations.Version(ctx, db.Pool)
	if err == nil && version > 0 {
		err = exists("DATABASE_URL")
	}
	return errors.Join(err, db.Close())
}
