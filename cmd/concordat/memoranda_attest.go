package main

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"concordat/enforcement"
	"concordat/internal/calendar"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

type memorandaAttestCmd struct {
	installation

	On        day.Day  `help:"Day of the statement; today if not given."`
	Source    string   `help:"What was read for it."`
	Measure   []string `sep:"none" help:"memorandum/edition/measure that is encoded rightly, or memorandum/edition for all of its measures; of one edition." placeholder:"MEASURE"`
	Basis     []string `sep:"none" help:"Slug of a legal basis." placeholder:"BASIS"`
	BasicList []string `sep:"none" help:"Name of an edition of the basic list, with its items." placeholder:"EDITION"`
	File      string   `type:"existingfile" help:"File of statements instead, in the form of memoranda/demonstration/attestation.yaml."`
	For       string   `type:"existingfile" help:"File of a memorandum that is to be adopted: the statement is about what would then be in force."`
	Yes       bool     `help:"Enter it; without this what it attests is shown and nothing written."`

	List     bool   `xor:"what" help:"List the statements of the record, and whether they count."`
	Status   bool   `xor:"what" help:"Say how much of what is in force today is attested and sent, and what holds the rest back."`
	Confirm  string `xor:"what" help:"Confirm the statement of this id as a second person; with --for, of a memorandum that is to be adopted." placeholder:"ID"`
	Withdraw string `xor:"what" help:"Take the statement of this id back." placeholder:"ID"`
	Reason   string `help:"Why it is taken back."`
	JSON     bool   `name:"json" help:"Print JSON; for --list and --status."`
}

// Help is shown by --help.
func (c *memorandaAttestCmd) Help() string {
	return "A statement is bound to the words it is about: where they change it attests nothing any more. " +
		"Nothing leaves of which the measure, a sufficient basis and the basic list's edition are not all attested. " +
		"A lawyer's token states it, and it counts when somebody else confirms it (--confirm): a lawyer, an operator or an overseer. " + tokenHelp
}

// Validate is called by kong.
func (c *memorandaAttestCmd) Validate() error {
	things := len(c.Measure) + len(c.Basis) + len(c.BasicList)
	switch {
	case c.List || c.Status:
		return nil
	case c.Withdraw != "", c.Confirm != "":
		return nil
	case c.File != "" && (things > 0 || c.Source != ""):
		return errors.New("a file has its own statements: no --source, --measure, --basis or --basic-list beside --file")
	case c.File == "" && (things == 0 || c.Source == ""):
		return errors.New("--source and something of --measure, --basis, --basic-list are needed, or --file")
	}
	return nil
}

// Run enters a statement, takes one back, or tells of them.
func (c *memorandaAttestCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		switch {
		case c.List:
			return c.list(ctx, plain(a.Out), o)
		case c.Status:
			return c.status(ctx, plain(a.Out), o)
		case c.Confirm != "":
			return c.confirm(ctx, a, o)
		case c.Withdraw != "":
			act, id, err := o.actOn(ctx, a, c.Withdraw)
			if err != nil {
				return err
			}
			return o.register.Plans.WithdrawAttestation(ctx, act, id, c.Reason)
		}
		return c.enter(ctx, a, o)
	})
}

// next is what the catalogue would be with the file that is to be adopted; nil: no file.
func (c *memorandaAttestCmd) next(o *office) (next *memoranda.Catalogue, err error) {
	if c.For == "" {
		return nil, nil
	}
	source, err := os.ReadFile(c.For)
	if err == nil {
		next, _, err = memoranda.Next(o.register.Plans.Catalogue(), filepath.Base(c.For), source)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", c.For, err)
	}
	return next, nil
}

// confirm shows a second person the words, and confirms them.
func (c *memorandaAttestCmd) confirm(ctx context.Context, a *app, o *office) error {
	act, id, err := o.actOn(ctx, a, c.Confirm)
	if err != nil {
		return err
	}
	next, err := c.next(o)
	if err != nil {
		return err
	}
	list, err := o.register.Plans.Attestations(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].ID == id {
			printStatement(plain(a.Out), cmp.Or(next, o.register.Plans.Catalogue()), &list[i].Attestation.Attestation)
		}
	}
	if !c.Yes {
		return errNotConfirmed
	}
	return o.register.Plans.ConfirmAttestation(ctx, act, id, next)
}

func (c *memorandaAttestCmd) enter(ctx context.Context, a *app, o *office) error {
	next, err := c.next(o)
	if err != nil {
		return err
	}
	about := cmp.Or(next, o.register.Plans.Catalogue())
	act, err := o.actBy(ctx, a)
	if err == nil {
		err = act.Check(enforcement.Lawyer)
	}
	if err != nil {
		return err
	}
	who := memoranda.Attester{Name: act.Actor.ID, Role: string(act.Actor.Role)}
	statements, err := c.statements(about, who)
	if err != nil {
		return err
	}
	for i := range statements { // who states it is who enters it, whatever a file says
		statements[i].Who = who
	}
	for i := range statements {
		printStatement(plain(a.Out), about, &statements[i])
	}
	if !c.Yes {
		return errNotConfirmed
	}
	for _, s := range statements {
		id, err := o.register.Plans.Attest(ctx, act, s, next)
		if err != nil {
			return err
		}
		fmt.Fprintln(a.Out, id)
	}
	return nil
}

// statements are those of the file, or the one of the flags.
func (c *memorandaAttestCmd) statements(about *memoranda.Catalogue, who memoranda.Attester) ([]memoranda.Attestation, error) {
	if c.File != "" {
		text, err := os.ReadFile(c.File)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", c.File, err)
		}
		attested, err := memoranda.LoadAttestations(c.File, text, about)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", c.File, err)
		}
		return attested.Statements, nil
	}
	s := memoranda.Attestation{
		Who: who, When: cmp.Or(c.On, calendar.DayOf(now())), Source: c.Source, Bases: c.Basis, BasicList: c.BasicList,
	}
	for _, name := range c.Measure {
		if err := addMeasures(&s, about, name); err != nil {
			return nil, err
		}
	}
	s.Hash = about.AttestedHash(s)
	if _, err := memoranda.NewAttestations(about, s); err != nil {
		return nil, fmt.Errorf("read the statement: %w", err)
	}
	return []memoranda.Attestation{s}, nil
}

// addMeasures adds memorandum/edition/measure, or all of memorandum/edition.
func addMeasures(s *memoranda.Attestation, c *memoranda.Catalogue, name string) error {
	parts := strings.Split(name, "/")
	if len(parts) < 2 || len(parts) > 3 {
		return fmt.Errorf("%q is neither memorandum/edition/measure nor memorandum/edition", plainText(name))
	}
	m := c.Memorandum(parts[0], parts[1])
	if m == nil {
		return fmt.Errorf("%q: %w", plainText(name), errNoEntry)
	}
	if s.Memorandum != "" && (s.Memorandum != m.Slug || s.Edition != m.Edition) {
		return fmt.Errorf("%q: a statement is about the measures of one edition; make another for this one", plainText(name))
	}
	s.Memorandum, s.Edition = m.Slug, m.Edition
	if len(parts) == 3 {
		s.Measures = append(s.Measures, parts[2])
		return nil
	}
	for i := range m.Measures {
		s.Measures = append(s.Measures, m.Measures[i].Slug)
	}
	return nil
}

// printStatement shows the words that are attested, all of them.
func printStatement(out io.Writer, c *memoranda.Catalogue, s *memoranda.Attestation) {
	fmt.Fprintf(out, "%s (%s) states on %s, having read %q, that this is encoded rightly / 核定人于该日核定下列内容编码无误:\n", s.Who.Name, s.Who.Role, s.When, s.Source)
	m := c.Memorandum(s.Memorandum, s.Edition)
	for _, slug := range s.Measures {
		fmt.Fprintf(out, "\n%s/%s/", s.Memorandum, s.Edition)
		if measure := m.Measure(slug); measure != nil {
			printMeasure(out, c, measure)
		}
	}
	for _, slug := range s.Bases {
		if b := c.Basis(slug); b != nil {
			fmt.Fprintf(out, "\n%s  %s %s%s  (%s, %s)\n", b.Slug, b.Title, b.Article, b.Clause, b.Kind, b.Evidence)
		}
	}
	for _, name := range s.BasicList {
		for i := range c.BasicList.Editions {
			if e := &c.BasicList.Editions[i]; e.Name == name {
				fmt.Fprintf(out, "\nbasic list %s %s, from %s%s\n", e.Name, e.Number, e.From, untilText(e.Until))
				for _, item := range e.Items {
					fmt.Fprintf(out, "  %s  %s\n", item, c.Item(item).Title)
				}
			}
		}
	}
	fmt.Fprintf(out, "\nhash / 哈希值 %s\n", hex.EncodeToString(s.Hash[:]))
}

// attestationLine is one statement as it is listed.
type attestationLine struct {
	ID        enforcement.ID `json:"id"`
	Counts    bool           `json:"counts"`
	Who       string         `json:"who"`
	Role      string         `json:"role"`
	On        day.Day        `json:"on"`
	Source    string         `json:"source"`
	Edition   string         `json:"edition,omitempty"` // memorandum/edition
	Measures  []string       `json:"measures,omitempty"`
	Bases     []string       `json:"bases,omitempty"`
	BasicList []string       `json:"basic_list,omitempty"`
	Hash      string         `json:"hash"`
	Demo      bool           `json:"demonstration,omitempty"`
	EnteredBy string         `json:"entered_by"`
	EnteredAt time.Time      `json:"entered_at"`
	Waits     bool           `json:"waits_for_second_person,omitempty"`
	Confirmed string         `json:"confirmed_by,omitempty"`
	Withdrawn string         `json:"withdrawn_by,omitempty"`
	Reason    string         `json:"withdrawal_reason,omitempty"`
}

func (c *memorandaAttestCmd) list(ctx context.Context, out io.Writer, o *office) error {
	states, err := o.register.Plans.Attestations(ctx)
	if err != nil {
		return err
	}
	lines := make([]attestationLine, len(states))
	for i, s := range states {
		lines[i] = attestationLine{
			s.ID, s.Counts, s.Who.Name, s.Who.Role, s.When, s.Source, strings.Trim(s.Memorandum+"/"+s.Edition, "/"), s.Measures, s.Bases, s.BasicList,
			hex.EncodeToString(s.Hash[:]), s.Demonstration, s.EnteredBy, s.EnteredAt, s.Waits(), s.ConfirmedBy, s.WithdrawnBy, s.WithdrawalReason,
		}
	}
	if c.JSON {
		return printJSON(out, lines)
	}
	for _, l := range lines {
		counts := "counts 有效"
		switch {
		case l.Withdrawn != "":
			counts = "taken back 已撤回 by " + l.Withdrawn
		case l.Waits:
			counts = "waits for a second person 待第二人确认"
		case !l.Counts:
			counts = "does not fit what is in force 与现行内容不符"
		}
		fmt.Fprintf(out, "%s  %s %s (%s): %d measures%s, %d bases, basic list %v; %s\n  %s\n", l.ID, l.On, l.Who, l.Role, len(l.Measures), ofEdition(l.Edition), len(l.Bases), l.BasicList, counts, l.Hash)
	}
	return nil
}

func ofEdition(name string) string {
	if name == "" {
		return ""
	}
	return " of " + name
}

func (c *memorandaAttestCmd) status(ctx context.Context, out io.Writer, o *office) error {
	s, err := o.register.Plans.AttestedOn(ctx, calendar.DayOf(now()))
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(out, s)
	}
	fmt.Fprintf(out, "%s: %d measures stand in editions in force, %d are attested, %d travel, %d are held back / 现行措施 %d 项，已核定 %d 项，可下发 %d 项，不予下发 %d 项\n",
		s.On, s.Measures, s.Attested, s.Travel, s.Measures-s.Travel, s.Measures, s.Attested, s.Travel, s.Measures-s.Travel)
	for _, code := range slices.Sorted(maps.Keys(s.HeldBack)) {
		fmt.Fprintf(out, "%6d  %s\n", s.HeldBack[code], code)
	}
	return nil
}
