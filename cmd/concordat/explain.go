package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"concordat/enforcement"
	"concordat/enforcement/explain"
	"concordat/enforcement/plan"
	"concordat/enforcement/register"
	"concordat/internal/i18n"
	"concordat/memoranda/day"
)

// explainCmd says why a measure is, or is not, applied. It names a subject by its
// id alone: names are for those who see them elsewhere.
type explainCmd struct {
	installation

	Directive string  `xor:"what" help:"Id of a directive; each of its measures is explained."`
	Subject   string  `xor:"what" help:"Id of a subject; with --measure."`
	Measure   string  `help:"MEMORANDUM/SLUG of the measure of a subject's explanation." placeholder:"MEMORANDUM/SLUG"`
	On        day.Day `help:"Day of a subject's explanation, as 2025-09-01; today if not given."`
	Lang      string  `enum:"zh,en" default:"zh" help:"Language of the sentences: zh or en."`
	JSON      bool    `name:"json" help:"Print JSON."`
}

// Validate refuses a command line that asks nothing.
func (c *explainCmd) Validate() error {
	switch {
	case c.Directive == "" && c.Subject == "":
		return fmt.Errorf("one of --directive and --subject is needed")
	case c.Directive != "" && (c.Measure != "" || !c.On.IsZero()):
		return fmt.Errorf("--measure and --on go with --subject")
	case c.Subject != "" && strings.Count(c.Measure, "/") != 1:
		return fmt.Errorf("--subject needs --measure MEMORANDUM/SLUG")
	}
	return nil
}

// Run prints the explanations.
func (c *explainCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		list, err := c.explain(ctx, o.register)
		if err != nil {
			return err
		}
		return c.print(plain(a.Out), list)
	})
}

func (c *explainCmd) explain(ctx context.Context, r *register.Offices) ([]explain.Explanation, error) {
	act := enforcement.Daily(now())
	if c.Directive != "" {
		id, err := enforcement.ParseID(c.Directive)
		if err != nil {
			return nil, err
		}
		e, err := r.Explainer.Directive(ctx, act, id)
		return []explain.Explanation{e}, err
	}
	id, err := enforcement.ParseID(c.Subject)
	if err != nil {
		return nil, err
	}
	memorandum, slug, _ := strings.Cut(c.Measure, "/")
	return r.Explainer.Explain(ctx, act, id, plan.MeasureName{Memorandum: memorandum, Slug: slug}, c.On)
}

// print writes an array of explanations with their sentences, or the sentences
// alone, an empty line between two explanations.
func (c *explainCmd) print(out io.Writer, list []explain.Explanation) error {
	lang := i18n.Chinese
	if c.Lang == "en" {
		lang = i18n.English
	}
	if c.JSON {
		type told struct {
			Explanation explain.Explanation `json:"explanation"`
			Sentences   []string            `json:"sentences"`
		}
		all := make([]told, 0, len(list))
		for _, e := range list {
			all = append(all, told{e, e.Sentences(lang)})
		}
		return printJSON(out, all)
	}
	for i, e := range list {
		if i > 0 {
			fmt.Fprintln(out)
		}
		for _, sentence := range e.Sentences(lang) {
			fmt.Fprintln(out, sentence)
		}
	}
	return nil
}
