package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"concordat/memoranda"
	"concordat/memoranda/day"
)

// memorandaCmd asks the catalogue; only what says so needs the database.
type memorandaCmd struct {
	List   memorandaListCmd   `cmd:"" help:"List memoranda editions."`
	Show   memorandaShowCmd   `cmd:"" help:"Show a memorandum, measure, body or legal basis."`
	Lint   memorandaLintCmd   `cmd:"" help:"Report every mistake of a catalogue; exit code 1 if there is one."`
	Reach  memorandaReachCmd  `cmd:"" help:"Say which measures reach a kind of subject on a day, and why others do not."`
	Diff   memorandaDiffCmd   `cmd:"" help:"Say in words what one catalogue or edition says differently from another."`
	Impact memorandaImpactCmd `cmd:"" help:"Say what an edition would do to the directives of live grounds: a dry run that needs the database and writes nothing."`
	Adopt  memorandaAdoptCmd  `cmd:"" help:"Put an edition in force, and have the directives of live grounds follow; shows its impact first."`
	Attest memorandaAttestCmd `cmd:"" help:"Enter a lawyer's statement that measures, bases or the basic list are encoded rightly; list them; say how much is attested."`
	Print  memorandaPrintCmd  `cmd:"" help:"Write one HTML page a memorandum, for lawyers to read: what is encoded, how well it is known, what would travel."`
}

// catalogueFlag chooses the catalogue to ask.
type catalogueFlag struct {
	Catalogue string `help:"Directory of a catalogue; the one in the binary if not given." placeholder:"DIR"`
}

func (f catalogueFlag) load() (*memoranda.Catalogue, error) { return loadCatalogue(f.Catalogue) }

func loadCatalogue(dir string) (*memoranda.Catalogue, error) {
	if dir == "" {
		return memoranda.Embedded()
	}
	c, err := memoranda.Load(os.DirFS(dir))
	if err != nil {
		return nil, fmt.Errorf("load catalogue %s: %w", dir, err)
	}
	return c, nil
}

func printJSON(w io.Writer, value any) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	if err := out.Encode(value); err != nil {
		return fmt.Errorf("print as JSON: %w", err)
	}
	return nil
}

type memorandaLintCmd struct {
	Dir  string `arg:"" optional:"" help:"Directory of a catalogue; the one in the binary if not given."`
	JSON bool   `name:"json" help:"Print a JSON array of mistakes."`
}

// Run prints every mistake, one a line, and fails if there is one.
func (l *memorandaLintCmd) Run(a *app) error {
	out := plain(a.Out)
	_, err := loadCatalogue(l.Dir)
	var mistakes memoranda.Mistakes
	if err != nil && !errors.As(err, &mistakes) {
		return err
	}
	if l.JSON {
		if mistakes == nil {
			mistakes = memoranda.Mistakes{}
		}
		if err := printJSON(out, mistakes); err != nil {
			return err
		}
	} else {
		for _, m := range mistakes {
			fmt.Fprintln(out, filepath.Join(l.Dir, m.File)+strings.TrimPrefix(m.String(), m.File)+" / "+m.ZH)
		}
	}
	if len(mistakes) > 0 {
		return fmt.Errorf("%d mistakes", len(mistakes))
	}
	if !l.JSON {
		fmt.Fprintln(out, "no mistakes")
	}
	return nil
}

type memorandaReachCmd struct {
	catalogueFlag
	ListType string                `required:"" help:"Kind of list, as judgment-debtor."`
	Subject  memoranda.SubjectKind `required:"" help:"natural-person, legal-person, sole-trader or other-organisation."`
	On       day.Day               `required:"" help:"Day, as 2025-09-01."`
	Ground   memoranda.GroundKind  `default:"listing" help:"listing, order, court-request or reward."`
	Attested string                `help:"Require attestation and take it from this file; 'demonstration' is the one made for demonstration." placeholder:"FILE"`
	JSON     bool                  `name:"json" help:"Print JSON."`
}

// Run prints what is in, what is out, and why.
func (r *memorandaReachCmd) Run(a *app) error {
	c, err := r.load()
	if err != nil {
		return err
	}
	attested, err := attestations(c, r.Attested)
	if err != nil {
		return err
	}
	res, err := c.Resolve(memoranda.Question{
		ListType: r.ListType, Subject: r.Subject, On: r.On, Ground: r.Ground,
		Attested: attested, RequireAttestation: r.Attested != "",
	})
	if err != nil {
		return fmt.Errorf("resolve: %w", err)
	}
	out := plain(a.Out)
	if r.JSON {
		return printJSON(out, res)
	}
	printResolution(out, res)
	switch {
	case attested == nil:
		fmt.Fprintln(out, "Attestation was not asked for; nothing that is not attested is ever sent in production.")
	case attested.Demonstration():
		fmt.Fprintln(out, "演示 / DEMO: attested for demonstration only.")
	}
	return nil
}

func attestations(c *memoranda.Catalogue, from string) (*memoranda.Attestations, error) {
	switch from {
	case "":
		return nil, nil
	case "demonstration":
		return memoranda.DemonstrationAttestations(c)
	}
	data, err := os.ReadFile(from) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("open attestations: %w", err)
	}
	return memoranda.LoadAttestations(from, data, c)
}

func printResolution(out io.Writer, res memoranda.Resolution) {
	if len(res.Editions) == 0 {
		fmt.Fprintln(out, "No memorandum is in force for this list on that day.")
		return
	}
	names := make([]string, len(res.Editions))
	for i, e := range res.Editions {
		names[i] = e.Memorandum + " " + e.Name
	}
	fmt.Fprintf(out, "%s: %d measures in, %d out\n", strings.Join(names, ", "), len(res.Included), len(res.Excluded))
	for _, in := range res.Included {
		fmt.Fprintf(out, "+ %s  [%s] %s\n    %s\n    bodies %s; territory %s; on %s\n    %s\n",
			in.Measure.Slug, in.Measure.Mode, in.Measure.ZH, in.Measure.EN,
			strings.Join(in.Bodies, ", "), in.Territory, citationsText(in.Bases), in.Reason.EN)
	}
	for _, ex := range res.Excluded {
		fmt.Fprintf(out, "- %s  %s: %s / %s\n", ex.Measure.Slug, ex.Code, ex.EN, ex.ZH)
	}
}

func citationsText(cited []memoranda.Citation) string {
	texts := make([]string, len(cited))
	for i, one := range cited {
		texts[i] = one.Basis
		if place := one.Article + one.Clause; place != "" {
			texts[i] += ": " + place
		}
	}
	return strings.Join(texts, ", ")
}
