package main

import (
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain wraps a writer so that data cannot steer the terminal: control
// characters (line feed and tab excepted), bidirectional and other invisible
// formatting, and bytes that are no UTF-8 are left out. Each Write must end on a
// whole character, as those of fmt and encoding/json do.
func plain(w io.Writer) io.Writer { return plainWriter{w} }

type plainWriter struct{ to io.Writer }

func (p plainWriter) Write(text []byte) (int, error) {
	if _, err := io.WriteString(p.to, plainText(string(text))); err != nil {
		return 0, err
	}
	return len(text), nil
}

func plainText(text string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\n' || c == '\t':
			return c
		case c == utf8.RuneError,
			unicode.In(c, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp):
			return -1
		}
		return c
	}, text)
}
