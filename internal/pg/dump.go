package pg

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrNoDump means that the machine has no pg_dump and pg_restore.
var ErrNoDump = errors.New("pg_dump and pg_restore are not installed (neither beside postgres nor in PATH): install the package " +
	"postgresql-client of the server's version or newer")

// Dump writes a database to a new file in pg_dump's custom format, without owners
// and privileges. snapshot names one that a transaction has exported and keeps
// open; empty takes a new one. Of the tables that match a pattern of without there is no
// data in it. Whoever works on the database is not disturbed: only changes of the schema
// wait.
func Dump(ctx context.Context, url, snapshot, file string, without ...string) error {
	args := []string{"--format=custom", "--no-owner", "--no-privileges", "--no-password", "--file=" + file}
	if snapshot != "" {
		args = append(args, "--snapshot="+snapshot)
	}
	for _, pattern := range without {
		args = append(args, "--exclude-table-data="+pattern)
	}
	return runTool(ctx, "pg_dump", url, args)
}

// Load brings what [Dump] wrote into an empty database, all or nothing. It may
// write where the database is set to be read only.
func Load(ctx context.Context, url, file string) error {
	return runTool(ctx, "pg_restore", url, []string{
		"--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-password", file,
	})
}

// Writable returns the URL with a session that may write although the database
// is set to be read only.
func Writable(url string) string {
	const setting = "default_transaction_read_only=off"
	switch {
	case !strings.Contains(url, "://"):
		return url + " " + setting
	case strings.Contains(url, "?"):
		return url + "&" + setting
	default:
		return url + "?" + setting
	}
}

// runTool runs a client program of PostgreSQL. It dies with this process. The
// password goes by the environment, where other users cannot read it.
func runTool(ctx context.Context, name, url string, args []string) error {
	program, err := findTool(ctx, name)
	if err != nil {
		return err
	}
	address, password := withoutPassword(url)
	cmd := exec.CommandContext(ctx, program, append(args, "--dbname="+address)...) //nolint:gosec // found, not given
	cmd.Dir = "/"
	cmd.Env = append(append([]string{}, environment...), "PGOPTIONS=-c default_transaction_read_only=off")
	if password != "" {
		cmd.Env = append(cmd.Env, "PGPASSWORD="+password)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.WaitDelay = time.Second
	runtime.LockOSThread() // which must outlive the program: see launch
	defer runtime.UnlockOSThread()
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return fmt.Errorf("run %s: %w", name, context.Cause(ctx))
	}
	if err != nil {
		return fmt.Errorf("run %s: %w: %s", name, err, complaint(string(out)))
	}
	return nil
}

// complaint keeps the lines that say what is wrong: details and contexts repeat rows.
func complaint(out string) string {
	var kept []string
	for line := range strings.Lines(out) {
		if strings.Contains(line, "error:") || strings.Contains(line, "hint:") {
			kept = append(kept, strings.TrimSpace(line))
		}
	}
	return strings.Join(kept, "; ")
}

// findTool returns the newest of the installed programs of a name.
func findTool(ctx context.Context, name string) (string, error) {
	candidates := make([]string, 0, 4)
	for _, dir := range programDirs() {
		candidates = append(candidates, filepath.Join(dir, name))
	}
	if path, err := exec.LookPath(name); err == nil {
		candidates = append(candidates, path)
	}
	best, newest := "", 0
	for _, path := range candidates {
		out, err := exec.CommandContext(ctx, path, "--version").Output() //nolint:gosec // found, not given
		if err != nil {
			continue
		}
		if match := versionText.FindSubmatch(out); match != nil {
			if major, err := strconv.Atoi(string(match[1])); err == nil && major > newest {
				best, newest = path, major
			}
		}
	}
	if best == "" {
		return "", ErrNoDump
	}
	return best, nil
}

// withoutPassword takes the password out of a URL or keyword string, for others
// can read a program's arguments.
func withoutPassword(url string) (address, password string) {
	scheme, rest, isURL := strings.Cut(url, "://")
	if !isURL {
		var kept []string
		for field := range strings.FieldsSeq(url) {
			if value, ok := strings.CutPrefix(field, "password="); ok {
				password = strings.Trim(value, "'")
				continue
			}
			kept = append(kept, field)
		}
		return strings.Join(kept, " "), password
	}
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	at := strings.LastIndexByte(rest[:end], '@')
	if at < 0 {
		return url, ""
	}
	user, secret, ok := strings.Cut(rest[:at], ":")
	if !ok {
		return url, ""
	}
	return scheme + "://" + user + rest[at:], unescape(secret)
}

// unescape decodes the percent signs of a URL's password.
func unescape(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			if code, err := strconv.ParseUint(text[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(code))
				i += 2
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
