// Command concordat administers joint reward and punishment memoranda.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/alecthomas/kong"

	"concordat/enforcement"
	"concordat/internal/i18n"
)

// app is what every command works with.
type app struct {
	Out, Err io.Writer
	// Token and Account stand in for the environment, the terminal and the operating
	// system, for tests; nil asks those.
	Token, Account func() string
}

type commands struct {
	EnvFile string `help:"File of settings as systemd reads an EnvironmentFile, such as the service's; it wins over the environment." placeholder:"FILE"`

	Init          initCmd          `cmd:"" help:"Make an installation and its first operator's token, once."`
	Serve         serveCmd         `cmd:"" help:"Serve the API and deliver."`
	Hold          holdCmd          `cmd:"" help:"Stop everything that burdens, and go on."`
	Doctor        doctorCmd        `cmd:"" help:"Say what is wrong with the installation, who bears it and what to do; changes nothing."`
	Backup        backupCmd        `cmd:"" help:"Save the record to a folder while it goes on; keys apart."`
	Restore       restoreCmd       `cmd:"" help:"Bring a backup into an empty database, and hold everything that burdens."`
	Reconcile     reconcileCmd     `cmd:"" help:"After a restore: compare with what organisations hold."`
	Audit         auditCmd         `cmd:"" help:"Prove that the record holds together."`
	Keys          keysCmd          `cmd:"" help:"The installation's keys."`
	Staff         staffCmd         `cmd:"" help:"Who the people are: staff numbers with names and posts, and who is borrowed from a court above."`
	Token         tokenCmd         `cmd:"" help:"Who may ask."`
	Endpoint      endpointCmd      `cmd:"" help:"How organisations are reached."`
	Changes       changesCmd       `cmd:"" help:"What decides who is told, proposed by one operator: confirm it as another."`
	Calendar      calendarCmd      `cmd:"" help:"Which days are worked."`
	Organisations organisationsCmd `cmd:"" help:"Courts and departments."`
	Import        importCmd        `cmd:"" help:"Files of courts: listings to draft, listings in force elsewhere, templates."`
	Memoranda     memorandaCmd     `cmd:"" help:"What was agreed: list, show, check, and ask whom it reaches."`
	Explain       explainCmd       `cmd:"" help:"Say why a measure is, or is not, applied to a subject on a day, and on what it rests."`
	Demo          demoCmd          `cmd:"" help:"Play a year of listings on made data, and serve it to try."`
	Bench         benchCmd         `cmd:"" help:"Measure against the limit of PostgreSQL on this machine."`
	Configuration configurationCmd `cmd:"" hidden:"" help:"Write docs/configuration.md."`
}

func main() {
	collectLess()
	if err := readEnvFiles(os.Args[1:], os.Setenv); err != nil {
		fmt.Fprintf(os.Stderr, "concordat: %v\n", err)
		os.Exit(2)
	}
	os.Exit(run(os.Args[1:], &app{Out: os.Stdout, Err: os.Stderr}))
}

// collectLess lets the heap grow to five times what is live before garbage is
// collected; GOGC decides otherwise. Little is live here, and the batches that
// come and go made the collector take a fifth of a delivery's time.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

// run carries out one command line and returns the exit code: 0 done, 1 the
// command found fault or failed, 2 the command line was wrong.
func run(args []string, a *app) int {
	exit := -1
	parser, err := kong.New(new(commands),
		kong.Name("concordat"), kong.Writers(a.Out, a.Err), kong.Exit(func(code int) { exit = code }))
	if err != nil {
		fmt.Fprintf(a.Err, "concordat: read the command table: %v\n", err)
		return 1
	}
	chosen, err := parser.Parse(args)
	if exit >= 0 { // help was asked for and printed
		return exit
	}
	if err != nil {
		fmt.Fprintf(a.Err, "concordat: %v\n", err)
		return 2
	}
	if err := chosen.Run(a); err != nil {
		fmt.Fprintf(a.Err, "concordat: %v\n", err)
		// A person's mistake is told in words, in both languages.
		if refusal, ok := errors.AsType[*enforcement.Refusal](err); ok {
			fmt.Fprintln(a.Err, plainText(i18n.Words(i18n.Chinese, refusal.Code, refusal.Args)))
			fmt.Fprintln(a.Err, plainText(i18n.Words(i18n.English, refusal.Code, refusal.Args)))
		}
		return 1
	}
	return 0
}
