package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"

	"concordat/enforcement"
	"concordat/internal/backup"
	"concordat/internal/pg"
	"concordat/internal/vault"
)

type backupCmd struct {
	installation

	Dir string `arg:"" type:"path" help:"New or empty folder for the data."`
	// Papers grows from backup to backup; empty puts all papers into Dir.
	Papers string `type:"path" help:"Folder of papers: only those are copied that do not lie there yet. Without it all are copied into Dir."`
	// Keys is where the keys are copied to; empty copies none.
	Keys string `type:"path" help:"Copy the keys to this new file too, outside of the folder; keep it apart. Without it no keys are saved."`
}

// Run writes the backup; the system goes on meanwhile.
func (c *backupCmd) Run(a *app) error {
	return c.at(false, func(ctx context.Context, url string) error {
		keys, err := vault.Open(c.keyFile(), vault.Options{})
		if err != nil {
			return fmt.Errorf("open the keys: %w", err)
		}
		db, err := pg.Open(ctx, pg.Config{URL: url, MaxConns: 2, ApplicationName: "concordat-backup"})
		if err != nil {
			return fmt.Errorf("open the database: %w", err)
		}
		defer func() { _ = db.Close() }() // read only
		at := now()
		m, err := backup.Make(ctx, backup.Source{
			DB: db, URL: url, Vault: keys, KeyFile: c.keyFile(), Papers: c.Papers, Program: programVersion(), MachineAt: at, LegalAt: at,
		}, c.Dir, c.Keys)
		if err != nil {
			return fmt.Errorf("back up: %w", err)
		}
		fmt.Fprintf(a.Out, "%s: %d bytes as of %s, %d listings, %d directives, %d events\n", c.Dir, m.Files[0].Size, m.MachineAt.Format("2006-01-02 15:04:05 MST"), m.Rows["listing"], m.Rows["directive"], m.Rows["event"])
		if c.Keys == "" {
			fmt.Fprintf(a.Err, "密钥未随备份保存；没有密钥文件，备份中的个人信息无法打开。\nkeys were NOT saved; without the key file %s nothing personal in this backup can ever be opened\n", c.keyFile())
		} else {
			fmt.Fprintf(a.Err, "keys were copied to %s: keep that file apart from %s\n", c.Keys, c.Dir)
		}
		return nil
	})
}

// programVersion is what the build says of itself.
func programVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}

type restoreCmd struct {
	installation

	Dir string `arg:"" type:"path" help:"Folder that concordat backup wrote."`
	// Papers is the folder that the backup's papers were copied to, if not its own.
	Papers string `type:"path" help:"Folder of papers that concordat backup --papers wrote to; without it the one in Dir."`
	// Keys is put in its place in the data folder, where there must be none.
	Keys string `type:"path" help:"Key file; without it the one in the data folder."`
	// MakeCluster must be said: who forgot the service's settings would restore into a
	// record that nobody serves.
	MakeCluster bool `help:"Make the private PostgreSQL of the data folder; for an installation without a PostgreSQL of its own."`
	// PapersAlone is for who found the papers after the record was restored without them.
	PapersAlone bool `help:"Bring only the papers that an earlier restore did not find, into the record as it is."`
}

// Run restores into an empty database and says what comes next.
func (c *restoreCmd) Run(a *app) error {
	if c.PapersAlone {
		return c.bringPapers(a)
	}
	if !c.MakeCluster {
		if err := c.refuseNoCluster(); err != nil {
			return c.nowhere(err)
		}
	}
	keys, err := c.openKeys()
	if err != nil {
		return err
	}
	act, err := actByAccount(a) // tokens lie in the backup
	if err != nil {
		return err
	}
	return c.at(c.MakeCluster, func(ctx context.Context, url string) error {
		made, m, err := backup.Restore(ctx, backup.Target{URL: url, Vault: keys, Papers: c.Papers, Act: act, Machine: now, Step: func(name string) error {
			if name != backup.StepMarked || c.Keys == "" {
				return nil
			}
			if err := c.makeData(); err != nil {
				return err
			}
			if err := keys.CopyTo(c.keyFile()); err != nil && !errors.Is(err, fs.ErrExist) {
				return fmt.Errorf("put the keys in their place: %w", err)
			}
			return nil
		}}, c.Dir)
		if err != nil {
			return fmt.Errorf("restore: %w", err)
		}
		fmt.Fprintln(a.Out, made.Hold)
		if m.Papers != nil && len(m.Papers.Missing) > 0 {
			fmt.Fprintf(a.Err, "有文书没有找到，请用 concordat doctor 查看。\npapers are missing, %s the first: concordat doctor names them, and the same command with --papers-alone and the right --papers brings them\n", m.Papers.Missing[0])
		}
		fmt.Fprintf(a.Err, restoredWords, m.MachineAt.Format("2006-01-02 15:04:05 MST"), made.Epoch, made.Hold, made.Hold)
		return nil
	})
}

// bringPapers brings what is missing into the record that is there.
func (c *restoreCmd) bringPapers(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		missing, err := backup.BringPapers(ctx, o.db, c.Papers, c.Dir)
		if err != nil {
			return fmt.Errorf("bring the papers: %w", err)
		}
		if len(missing) > 0 {
			return fmt.Errorf("仍有文书没有找到: papers are missing still, %s the first", missing[0])
		}
		fmt.Fprintln(a.Err, "文书已齐全。\nno paper is missing")
		return nil
	})
}

// openKeys opens the key file given, or the installation's own. One that is
// given goes where there is none, or is there already from a restore broken off.
func (c *restoreCmd) openKeys() (*vault.Vault, error) {
	path := c.keyFile()
	if c.Keys != "" {
		path = c.Keys
		own, err := os.ReadFile(c.keyFile())
		if err == nil {
			given, err := os.ReadFile(c.Keys)
			if err != nil || string(own) != string(given) {
				return nil, errors.Join(err, &enforcement.Refusal{Code: "backup.keys-exist"})
			}
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("look for keys: %w", err)
		}
	}
	keys, err := vault.Open(path, vault.Options{})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(err, &enforcement.Refusal{Code: "restore.keys-missing"})
	}
	if err != nil {
		return nil, fmt.Errorf("open the keys: %w", err)
	}
	return keys, nil
}

const restoredWords = `restored as of %s; this is restoration %d
已恢复；核对完成之前，一切加重负担的事项暂停下发，解除类事项照常发出。
Nothing that burdens leaves and nobody is told who is restricted (hold %s). Next:
  1. concordat serve                          liftings go out
  2. concordat token wake --all               lists the tokens of the backup, which sleep: revoke whose holder left, wake the rest (--yes)
  3. concordat reconcile                      asks every organisation that has a system
  4. concordat reconcile --list               who is left: a file (--file) or an officer's statement (--stated); who has what to confirm
  5. GET and POST /v1/confirmation            each owner confirms its list in one act; what is excepted is ended, or resumed with reasons
  6. concordat hold end %s REASON             by another person, with a token
`
