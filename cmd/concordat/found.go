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

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/internal/vault"
	"concordat/migrations"
)

// keyFile is where an installation's keys lie.
func (i installation) keyFile() string { return filepath.Join(i.Data, "keys.json") }

// clusterFolder is where an installation's private PostgreSQL lies.
func (i installation) clusterFolder() string { return filepath.Join(i.Data, "postgres") }

// none refuses for want of an installation and says where it was looked for.
func none(where string) error {
	return fmt.Errorf("looked for an installation at %s: %w", where, &enforcement.Refusal{Code: "installation.none"})
}

// nowhere refuses to restore where there is neither a database nor leave to make one. Who was
// told to make an installation first would have one that no backup goes into.
func (i installation) nowhere(err error) error {
	if refused, ok := errors.AsType[*enforcement.Refusal](err); ok && refused.Code == "installation.none" {
		return fmt.Errorf("looked for a database at DATABASE_URL (not set) and %s: %w", i.clusterFolder(), &enforcement.Refusal{Code: "restore.nowhere"})
	}
	return err
}

// refuseNoCluster refuses settings that name no database and a folder without one.
func (i installation) refuseNoCluster() error {
	if i.DatabaseURL != "" {
		return nil
	}
	mark := filepath.Join(i.clusterFolder(), "data", "PG_VERSION")
	_, err := os.Stat(mark)
	if errors.Is(err, fs.ErrNotExist) {
		return none("DATABASE_URL (not set) and " + i.clusterFolder())
	}
	if err != nil {
		return fmt.Errorf("look for the private PostgreSQL: %w", err)
	}
	return nil
}

// refuseEmpty refuses a database that no installation ever used.
func (o *office) refuseEmpty(ctx context.Context, i installation) error {
	version, err := migrations.Version(ctx, o.db.Pool)
	if err != nil || version > 0 {
		return err //nolint:wrapcheck // says what was being done
	}
	if i.DatabaseURL == "" {
		return none(i.clusterFolder())
	}
	return none("DATABASE_URL")
}

func (i installation) makeData() error {
	if err := os.MkdirAll(i.Data, 0o755); err != nil { //nolint:gosec // PostgreSQL's own user must pass; what is secret in it is 0600 or 0700
		return fmt.Errorf("make the data folder: %w", err)
	}
	return nil
}

// reach leads to the database without touching what is in it. A private cluster that is
// not there is made only if that is asked for.
func (i installation) reach(ctx context.Context, making bool) (url string, cluster *pg.Cluster, err error) {
	if making {
		err = i.makeData()
	} else {
		err = i.refuseNoCluster()
	}
	if err != nil || i.DatabaseURL != "" {
		return i.DatabaseURL, nil, err
	}
	if cluster, err = pg.StartCluster(ctx, pg.ClusterConfig{Dir: i.clusterFolder()}); err != nil {
		return "", nil, fmt.Errorf("start the private PostgreSQL: %w", err)
	}
	return cluster.URL("postgres"), cluster, nil
}

// at works on the database as it is.
func (i installation) at(making bool, fn func(ctx context.Context, url string) error) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	url, cluster, err := i.reach(ctx, making)
	if err != nil {
		return err
	}
	if cluster != nil {
		defer func() { err = errors.Join(err, cluster.Stop(pg.StopFast)) }()
	}
	return fn(ctx, url)
}

// openKeys opens the keys. Who makes an installation makes them where nothing was ever
// sealed: new keys beside sealed data would open none of them.
func (o *office) openKeys(ctx context.Context, i installation, making bool) (err error) {
	sealed, err := o.db.NewSelect().Table("subject").Exists(ctx)
	if err != nil {
		return fmt.Errorf("look for sealed data: %w", err)
	}
	o.vault, err = vault.Open(i.keyFile(), vault.Options{Create: making && !sealed})
	switch {
	case errors.Is(err, fs.ErrNotExist) && !sealed:
		return none(i.keyFile())
	case errors.Is(err, fs.ErrNotExist):
		return errors.Join(err, &enforcement.Refusal{Code: "restore.keys-missing"})
	case err != nil:
		return fmt.Errorf("open the keys: %w", err)
	}
	return nil
}

// refuseUnfinished refuses a database into which a restore was not finished,
// before anything is changed in it.
func (o *office) refuseUnfinished(ctx context.Context) error {
	unfinished, err := record.Unfinished(ctx, o.db)
	if err == nil && unfinished {
		err = &enforcement.Refusal{Code: "restore.unfinished"}
	}
	return err
}
