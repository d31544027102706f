package main

import (
	"encoding/hex"
	"fmt"
	"strings"

	"concordat/memoranda"
	"concordat/memoranda/day"
)

type memorandaListCmd struct {
	catalogueFlag
	JSON bool `name:"json" help:"Print a JSON array."`
}

// memorandumLine is one edition in the list.
type memorandumLine struct {
	Slug    string                 `json:"slug"`
	Edition string                 `json:"edition"`
	Kind    memoranda.DocumentKind `json:"kind"`
	ZH      string                 `json:"zh"`
	EN      string                 `json:"en"`
	// Number is null where it is not known, or where it has none.
	Number    *string  `json:"number"`
	ListTypes []string `json:"list_types"`
	Signed    *day.Day `json:"signed"` // null: not known to the day
	Dated     *string  `json:"dated"`  // as exactly as known where the day is not
	From      day.Day  `json:"from"`
	Until     day.Day  `json:"until"` // empty: open

	Status   memoranda.Status           `json:"status"`
	Bodies   int                        `json:"bodies"` // 0: not known
	Groups   int                        `json:"groups"`
	Measures int                        `json:"measures"` // that are encoded
	Counted  *memoranda.Counted         `json:"counted"`  // published totals; null: none known
	Evidence map[memoranda.Evidence]int `json:"evidence"` // of the measures
	Known    memoranda.Evidence         `json:"evidence_of_document"`
	Hash     string                     `json:"hash"`
}

// Run prints the list.
func (l *memorandaListCmd) Run(a *app) error {
	c, err := l.load()
	if err != nil {
		return err
	}
	out := plain(a.Out)
	lines := make([]memorandumLine, len(c.Memoranda))
	for i := range c.Memoranda {
		lines[i] = lineOf(c, &c.Memoranda[i])
	}
	if l.JSON {
		return printJSON(out, lines)
	}
	for i := range lines {
		fmt.Fprintln(out, lines[i].text())
	}
	fmt.Fprintf(out, "%d editions. The catalogue is attested by nobody.\n", len(lines))
	return nil
}

func lineOf(c *memoranda.Catalogue, m *memoranda.Memorandum) memorandumLine {
	evidence := make(map[memoranda.Evidence]int)
	for i := range m.Measures {
		evidence[m.Measures[i].Evidence]++
	}
	hash := c.EditionHash(m)
	line := memorandumLine{
		Slug: m.Slug, Edition: m.Edition, Kind: m.Kind, ZH: m.ZH, EN: m.EN, ListTypes: m.ListTypes,
		From: m.From, Until: m.Until, Status: m.Status, Bodies: len(m.Signatories), Groups: len(m.Groups),
		Measures: len(m.Measures), Counted: m.Counted, Evidence: evidence, Known: m.Evidence, Hash: hex.EncodeToString(hash[:]),
	}
	if m.Number != "" {
		line.Number = &m.Number
	}
	if m.Dated != "" {
		line.Dated = &m.Dated
	}
	if !m.Signed.IsZero() {
		line.Signed = &m.Signed
	}
	return line
}

func (l *memorandumLine) text() string {
	number := "number not known"
	if l.Number != nil {
		number = *l.Number
	}
	counted := ""
	if l.Counted != nil {
		counted = "\n  published: " + countedText(l.Counted)
	}
	return fmt.Sprintf("%s %s  %s\n  %s\n  %s\n  %s on list %s, from %s%s, %s (%s); %d bodies, %d measures (%d seen, %d known, %d unverified)%s\n  hash %s",
		l.Slug, l.Edition, number, l.ZH, l.EN, l.Kind, strings.Join(l.ListTypes, ", "), l.From, untilText(l.Until), l.Status, l.Known,
		l.Bodies, l.Measures, l.Evidence[memoranda.Seen], l.Evidence[memoranda.Known], l.Evidence[memoranda.Unverified], counted, l.Hash)
}

// countedText names the published totals that are known.
func countedText(c *memoranda.Counted) string {
	var parts []string
	for _, one := range []struct {
		count int
		of    string
	}{{c.Bodies, "bodies"}, {c.Groups, "groups"}, {c.Measures, "measures"}} {
		if one.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", one.count, one.of))
		}
	}
	return strings.Join(parts, ", ") + " (" + string(c.Evidence) + ")"
}

func untilText(until day.Day) string {
	if until.IsZero() {
		return ""
	}
	return " until " + until.String()
}
