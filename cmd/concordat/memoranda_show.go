package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"concordat/memoranda"
)

var errNoEntry = errors.New("the catalogue has no such memorandum, measure, body, legal basis, list type or edition of the basic list")

type memorandaShowCmd struct {
	catalogueFlag
	ID   string `arg:"" help:"Slug of a memorandum, measure, body, legal basis or list type; or basic-list, for its editions, or the name of one."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Run prints the entry of the slug: the first found among memoranda, measures,
// bodies, bases, list types and editions of the basic list. Of several editions each is printed.
func (s *memorandaShowCmd) Run(a *app) error {
	c, err := s.load()
	if err != nil {
		return err
	}
	out := plain(a.Out)
	found := entries(c, s.ID)
	if len(found) == 0 {
		return fmt.Errorf("%q: %w", plainText(s.ID), errNoEntry)
	}
	for _, entry := range found {
		if s.JSON {
			if err := printJSON(out, entry); err != nil {
				return err
			}
			continue
		}
		printEntry(out, c, entry)
	}
	return nil
}

func entries(c *memoranda.Catalogue, id string) []any {
	var found []any
	for i := range c.Memoranda {
		if c.Memoranda[i].Slug == id {
			found = append(found, &c.Memoranda[i])
		} else if m := c.Memoranda[i].Measure(id); m != nil {
			found = append(found, m)
		}
	}
	if b := c.BodyNamed(id); b != nil && len(found) == 0 {
		found = append(found, b)
	}
	if b := c.Basis(id); b != nil && len(found) == 0 {
		found = append(found, b)
	}
	if t := c.ListType(id); t != nil && len(found) == 0 {
		found = append(found, t)
	}
	for i := range c.BasicList.Editions {
		if e := &c.BasicList.Editions[i]; id == "basic-list" || id == e.Name && len(found) == 0 {
			found = append(found, e)
		}
	}
	return found
}

func printEntry(out io.Writer, c *memoranda.Catalogue, entry any) {
	switch e := entry.(type) {
	case *memoranda.Memorandum:
		printMemorandum(out, c, e)
	case *memoranda.Measure:
		printMeasure(out, c, e)
	case *memoranda.Body:
		fmt.Fprintf(out, "%s  %s  %s (%s)\n", e.Slug, e.ZH, e.EN, e.Evidence)
		for _, s := range e.Successions {
			fmt.Fprintf(out, "  from %s%s: %s%s (%s)\n", s.From, yearText(s.Precision), strings.Join(s.To, ", "), forText(s.Measures), s.Evidence)
		}
		printNote(out, e.Note)
		if e.Climbs != "" {
			fmt.Fprintf(out, "  looked for as far up as the %s\n", e.Climbs)
		}
	case *memoranda.LegalBasis:
		fmt.Fprintf(out, "%s  %s  %s%s (%s, %s)\n", e.Slug, e.Title, e.Article, e.Clause, e.Kind, e.Evidence)
		printNote(out, e.Note)
	case *memoranda.ListType:
		printListType(out, c, e)
	case *memoranda.BasicListEdition:
		fmt.Fprintf(out, "%s  %s  edition of the basic list from %s (%s)\n", e.Name, e.Number, e.From, e.Evidence)
		for _, slug := range e.Items {
			fmt.Fprintf(out, "  %s  %s\n", slug, c.Item(slug).Title)
		}
		printNote(out, e.Note)
	}
}

func printMemorandum(out io.Writer, c *memoranda.Catalogue, m *memoranda.Memorandum) {
	line := lineOf(c, m)
	fmt.Fprintln(out, line.text())
	printNote(out, m.Note)
	group := ""
	for i := range m.Measures {
		one := &m.Measures[i]
		if one.Group != group {
			group = one.Group
			fmt.Fprintf(out, "\n%s\n", groupTitle(m, group))
		}
		fmt.Fprintf(out, "  %s  [%s] %s (%s, %s)\n", one.Slug, one.Mode, one.ZH, one.Status, one.Evidence)
	}
	for _, one := range m.NotEncoded {
		fmt.Fprintf(out, "  not encoded: %s / %s\n", one.ZH, one.EN)
	}
}

func printMeasure(out io.Writer, c *memoranda.Catalogue, m *memoranda.Measure) {
	fmt.Fprintf(out, "%s  %s\n%s\n%s\n", m.Slug, m.Clause, m.ZH, m.EN)
	reaches := make([]string, len(m.Reaches))
	for i, r := range m.Reaches {
		reaches[i] = string(r)
	}
	bodies := make([]string, len(m.Bodies))
	for i, slug := range m.Bodies {
		bodies[i] = slug + " " + c.BodyNamed(slug).ZH
	}
	item := m.BasicListItem
	if i := c.Item(item); i != nil {
		item += " " + i.Title
		if !i.TitleVerified {
			item += " (title not verified)"
		}
	}
	for _, row := range [][2]string{
		{"mode", string(m.Mode)},
		{"status", string(m.Status)},
		{"evidence", string(m.Evidence)},
		{"bodies", strings.Join(bodies, ", ")},
		{"reaches", strings.Join(reaches, ", ")},
		{"territory", string(m.Territory)},
		{"basic list", item},
	} {
		fmt.Fprintf(out, "  %-11s %s\n", row[0], row[1])
	}
	for _, one := range m.Bases {
		fmt.Fprintf(out, "  %-11s %s  %s %s%s\n", "basis", one.Basis, c.Basis(one.Basis).Title, one.Article, one.Clause)
	}
	printNote(out, m.Note)
}

func printNote(out io.Writer, note string) {
	if note != "" {
		fmt.Fprintf(out, "  note: %s\n", note)
	}
}

func groupTitle(m *memoranda.Memorandum, slug string) string {
	for _, g := range m.Groups {
		if g.Slug == slug {
			return g.ZH + "  " + g.EN
		}
	}
	return slug
}

func yearText(precision string) string {
	if precision == "year" {
		return " (only the year is known)"
	}
	return ""
}

func forText(measures []string) string {
	if len(measures) == 0 {
		return ""
	}
	return " for " + strings.Join(measures, ", ")
}
