package main

import (
	"cmp"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"concordat/memoranda/day"
)

// configurationCmd writes docs/configuration.md from the structs that kong reads:
// they are the one place where configuration is said.
type configurationCmd struct{}

// Run prints Markdown.
func (c *configurationCmd) Run(k *kong.Kong, a *app) error {
	d := configurationDoc{to: a.Out}
	d.write(k.Model.Node)
	return d.err
}

const configurationIntro = `# Configuration

<!-- Made by "make generate" from the structs in cmd/concordat; edit those. -->

Every setting is a flag of a command. Those with an environment variable take it where the flag is not given; the flag
wins. A systemd unit, a container or a shell sets the environment
([deploy/concordat.service](deploy/concordat.service)). --env-file FILE (before or after the command) reads it from a file, as systemd
reads an EnvironmentFile; what the file says wins over the environment. Everything is read once, at the start of a
command.

Durations are written like 15s, 10m or 2160h. Sizes and counts are whole numbers. Where 0 or an empty text has a
meaning of its own, the last column says so. A setting is named only where it has an effect: what is not here cannot be
set.

Two variables are read by Go's runtime and not by us: GOGC and GOMEMLIMIT (without GOGC the program collects garbage at
five times what is live); a file given with --env-file comes too late for them.
`

// configurationDoc is one run of the writer.
type configurationDoc struct {
	to  io.Writer
	err error
}

func (d *configurationDoc) printf(format string, args ...any) {
	if d.err == nil {
		_, d.err = fmt.Fprintf(d.to, format, args...)
	}
}

func (d *configurationDoc) write(root *kong.Node) {
	d.printf("%s", configurationIntro)
	common := commonFlags()
	d.printf("\n## Every command on an installation\n\n")
	d.flags(common)
	for _, leaf := range leaves(root) {
		var own []*kong.Flag
		onInstallation := false
		for _, f := range leaf.Flags {
			if slices.ContainsFunc(common, func(c *kong.Flag) bool { return c.Name == f.Name && c.OrigHelp == f.OrigHelp }) {
				onInstallation = true
			} else if f.Name != "help" {
				own = append(own, f)
			}
		}
		d.printf("\n## concordat %s\n\n%s\n", commandPath(leaf), leaf.Help)
		if onInstallation {
			d.printf("\nOn an installation: takes the settings above.\n")
		}
		if len(leaf.Positional)+len(own) > 0 {
			d.printf("\n")
		}
		for _, p := range leaf.Positional {
			optional := ""
			if !p.Required {
				optional = ", may be left out"
			}
			d.printf("* `<%s>`%s: %s\n", p.Name, optional, cell(p.OrigHelp))
		}
		if len(leaf.Positional) > 0 && len(own) > 0 {
			d.printf("\n")
		}
		if len(own) > 0 {
			d.flags(own)
		}
	}
}

// commonFlags are those of the struct installation.
func commonFlags() []*kong.Flag {
	var only struct{ installation }
	k, err := kong.New(&only)
	if err != nil {
		return nil // the program itself would not have started
	}
	return slices.DeleteFunc(slices.Clone(k.Model.Flags), func(f *kong.Flag) bool { return f.Name == "help" })
}

// leaves are the commands that do something, in the order of the help.
func leaves(node *kong.Node) []*kong.Node {
	if node.Hidden {
		return nil
	}
	if len(node.Children) == 0 {
		return []*kong.Node{node}
	}
	var list []*kong.Node
	for _, child := range node.Children {
		list = append(list, leaves(child)...)
	}
	return list
}

func commandPath(node *kong.Node) string {
	var words []string
	for n := node; n.Parent != nil; n = n.Parent {
		words = append(words, n.Name)
	}
	slices.Reverse(words)
	return strings.Join(words, " ")
}

func (d *configurationDoc) flags(list []*kong.Flag) {
	d.printf("| flag | environment | kind | default | meaning |\n|---|---|---|---|---|\n")
	for _, f := range list {
		name := "--" + f.Name
		if f.Negated || f.Tag.Negatable != "" {
			name = "--[no-]" + f.Name
		}
		standard := f.Default
		if f.Required {
			standard = "must be given"
		} else if standard != "" {
			standard = "`" + standard + "`"
		}
		env := ""
		if len(f.Envs) > 0 {
			env = "`" + strings.Join(f.Envs, "`, `") + "`"
		}
		d.printf("| `%s` | %s | %s | %s | %s |\n", name, env, kindOf(f), standard, cell(f.OrigHelp))
	}
}

// kindOf says what a flag takes.
func kindOf(f *kong.Flag) string {
	t := f.Target.Type()
	many := ""
	if t.Kind() == reflect.Slice {
		t, many = t.Elem(), ", may be repeated"
	}
	kind := map[reflect.Kind]string{
		reflect.Bool: "yes or no", reflect.String: "text", reflect.Float64: "number",
		reflect.Int: "whole number", reflect.Int32: "whole number", reflect.Int64: "whole number", reflect.Uint64: "whole number",
	}[t.Kind()]
	switch {
	case t == reflect.TypeFor[time.Duration]():
		kind = "duration"
	case t == reflect.TypeFor[day.Day]():
		kind = "day"
	case f.Enum != "":
		kind = "one of " + strings.ReplaceAll(f.Enum, ",", ", ")
	case f.Tag.Type == "path":
		kind = "path"
	}
	return cmp.Or(kind, t.String()) + many
}

// cell is text as a table's cell holds it.
func cell(text string) string { return strings.ReplaceAll(strings.TrimSpace(text), "|", `\|`) }
