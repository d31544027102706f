package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
)

// envFileFlag names a file of settings; it is read before anything else is.
const envFileFlag = "--env-file"

// readEnvFiles sets what the files named on a command line say, over what the
// environment says: who names a file means it.
func readEnvFiles(args []string, set func(name, value string) error) error {
	for n, arg := range args {
		name, given := strings.CutPrefix(arg, envFileFlag+"=")
		switch {
		case arg == "--":
			return nil
		case arg == envFileFlag && n+1 < len(args):
			name, given = args[n+1], true
		case arg == envFileFlag:
			return errors.New(envFileFlag + " names no file")
		}
		if !given {
			continue
		}
		text, err := os.ReadFile(name) //nolint:gosec // whoever runs the command names its settings
		if err != nil {
			return fmt.Errorf("read the settings: %w", err)
		}
		for _, s := range parseEnvFile(text) {
			if s.name == tokenVariable { // a person's, never the service's
				continue
			}
			if err := set(s.name, s.value); err != nil {
				return fmt.Errorf("set %s of %s: %w", s.name, name, err)
			}
		}
	}
	return nil
}

type setting struct{ name, value string }

// settingName is what systemd takes as the name of a variable; other lines it passes over.
var settingName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// parseEnvFile reads what systemd reads of an EnvironmentFile (systemd.exec(5),
// src/basic/env-file.c): an assignment a line, quotes and backslashes as there, nothing
// is expanded.
func parseEnvFile(text []byte) (list []setting) {
	text = append(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), '\n')
	for len(text) > 0 {
		text = bytes.TrimLeft(text, " \t\r\n")
		if len(text) == 0 {
			break
		}
		if text[0] == '#' || text[0] == ';' {
			text = afterComment(text)
			continue
		}
		end := bytes.IndexAny(text, "=\n")
		if end < 0 || text[end] == '\n' { // no assignment
			text = text[max(end, 0)+1:]
			continue
		}
		name := string(bytes.TrimRight(text[:end], " \t\r"))
		var value string
		value, text = envValue(text[end+1:])
		if settingName.MatchString(name) {
			list = append(list, setting{name, value})
		}
	}
	return list
}

// afterComment is what follows a comment; a backslash carries it over the end of its line.
func afterComment(text []byte) []byte {
	for n := 0; n < len(text); n++ {
		switch text[n] {
		case '\\':
			n++
		case '\n':
			return text[n+1:]
		}
	}
	return nil
}

// envValue reads a value to the end of its line, and returns what follows.
func envValue(text []byte) (value string, rest []byte) {
	var out []byte
	kept := 0        // so much of out is not blank at its end, or is quoted
	started := false // an unquoted word: blanks in it count
	for n := 0; n < len(text); n++ {
		switch c := text[n]; {
		case c == '\n':
			return string(out[:kept]), text[n+1:]
		case c == '\\':
			started = true
			if n++; n < len(text) && text[n] != '\n' {
				out = append(out, text[n])
			}
			kept = len(out)
		case !started && (c == '\'' || c == '"'):
			var quoted []byte
			quoted, n = envQuoted(text, n)
			out = append(out, quoted...)
			kept = len(out)
		case c == ' ' || c == '\t' || c == '\r':
			if started {
				out = append(out, c)
			}
		default:
			started = true
			out = append(out, c)
			kept = len(out)
		}
	}
	return string(out[:kept]), nil
}

// envQuoted reads what is quoted from a quote on, and returns where the other one stands.
func envQuoted(text []byte, from int) (out []byte, end int) {
	quote := text[from]
	for n := from + 1; n < len(text); n++ {
		c := text[n]
		switch {
		case c == quote:
			return out, n
		case c == '\\' && quote == '"' && n+1 < len(text):
			n++
			if !strings.ContainsRune("\"\\`$\n", rune(text[n])) {
				out = append(out, '\\')
			}
			if text[n] != '\n' {
				out = append(out, text[n])
			}
		default:
			out = append(out, c)
		}
	}
	return out, len(text)
}
