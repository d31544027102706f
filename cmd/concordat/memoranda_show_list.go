package main

import (
	"fmt"
	"io"
	"strings"

	"concordat/memoranda"
)

// printListType tells the rules of a list as far as they are known.
func printListType(out io.Writer, c *memoranda.Catalogue, t *memoranda.ListType) {
	fmt.Fprintf(out, "%s  %s  %s\n", t.Slug, t.ZH, t.EN)
	serious := ""
	if t.Serious {
		serious = ", a list of serious dishonesty"
	}
	fmt.Fprintf(out, "  %-12s %s, by a %s%s (%s)\n", "kind", t.Kind, t.Authority, serious, t.Evidence)
	if len(t.Owners) > 0 {
		fmt.Fprintf(out, "  %-12s %s\n", "owners", strings.Join(t.Owners, ", "))
	}
	if t.Region != "" {
		fmt.Fprintf(out, "  %-12s %s\n", "region", t.Region)
	}
	for _, one := range t.Bases {
		fmt.Fprintf(out, "  %-12s %s %s%s\n", "basis", c.Basis(one.Basis).Title, one.Article, one.Clause)
	}
	for _, g := range t.Grounds {
		printRule(out, "ground", g.Slug+" "+g.ZH, g.Place, g.Evidence)
	}
	for _, term := range t.Terms {
		said := term.ZH
		if !term.Open {
			said = periodText(term.Period)
		}
		if len(term.Grounds) > 0 {
			said += " for " + strings.Join(term.Grounds, ", ")
		}
		printRule(out, "term", said, term.Place, term.Evidence)
	}
	if n := t.Notice; n != nil {
		printRule(out, "notice", periodText(*n), n.Place, n.Evidence)
	}
	if p := t.Publication; p != nil {
		said := string(p.Rule)
		if p.Objection != nil {
			said += ", open to objection for " + periodText(*p.Objection)
		}
		printRule(out, "publication", said, p.Place, p.Evidence)
	}
	if r := t.Repair; r != nil {
		said := string(r.Rule)
		if r.After != nil {
			said += " after " + periodText(*r.After)
		}
		printRule(out, "repair", strings.TrimSpace(said+" "+r.ZH), r.Place, r.Evidence)
	}
	if r := t.Reward; r != nil {
		said := "reviewed by its owner"
		if r.Automatic != nil {
			said = "ends by itself"
		}
		if r.Review != nil {
			said += ", answer within " + periodText(*r.Review)
		}
		printRule(out, "reward", said, r.Automatic, r.Evidence)
	}
	printNote(out, t.Note)
}

func printRule(out io.Writer, what, said string, place *memoranda.Citation, evidence memoranda.Evidence) {
	at := ""
	if place != nil {
		at = "; " + citationsText([]memoranda.Citation{*place})
	}
	fmt.Fprintf(out, "  %-12s %s (%s%s)\n", what, said, evidence, at)
}

func periodText(p memoranda.Period) string { return fmt.Sprintf("%d %s", p.Value, p.Unit) }
