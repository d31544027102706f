package main

import (
	"context"
	"fmt"
	"os"

	"concordat/enforcement"
	"concordat/internal/access"
	"concordat/memoranda/day"
)

type staffCmd struct {
	Enter  staffEnterCmd  `cmd:"" help:"Enter what a staff number stands for from a day on: a name and a post."`
	Borrow staffBorrowCmd `cmd:"" help:"Let somebody of a court above act as a court's second person until a day, by a paper."`
	End    staffEndCmd    `cmd:"" help:"End a post, or what is borrowed, from today on; its tokens work no more."`
	List   staffListCmd   `cmd:"" help:"List staff numbers and what each stood for, and when."`
}

// staffFlags say who a staff number is.
type staffFlags struct {
	Name     string          `help:"Name of the person."`
	Post     string          `help:"Post (职务) of the person."`
	Presides access.Presides `help:"appointed or acting: who signs as president of the court."`
}

// enters is what is entered along with a token; nil: nothing is given.
func (f staffFlags) enters() *access.Staff {
	if f.Name == "" && f.Post == "" {
		return nil
	}
	return &access.Staff{Name: f.Name, Post: f.Post, Presides: f.Presides}
}

// organisationOrNone is the organisation of a slug; 0 for none.
func (o *office) organisationOrNone(ctx context.Context, slug string) (enforcement.OrganisationID, error) {
	if slug == "" {
		return 0, nil
	}
	return o.organisation(ctx, slug)
}

// document reads the paper of an appointment; no path is no paper.
func document(path string) ([]byte, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("read the paper: %w", err)
	}
	return text, nil
}

const staffTwo = "Once anything was sent it is proposed, and another operator confirms it (changes confirm); neither is whom it is about. "

type staffEnterCmd struct {
	installation
	staffFlags

	Number       string  `arg:"" help:"The staff number: letters, digits, dots, dashes, 32 at most; fewer than 15 digits."`
	Organisation string  `help:"Slug of the organisation; without one of those who run the installation."`
	From         day.Day `help:"First day; today if not given."`
	Until        day.Day `help:"Last day; without one until further notice. An acting president has one."`
	Paper        string  `type:"existingfile" help:"The paper of the appointment; an acting president's must be there. The file keeps it."`
}

// Help is shown by --help.
func (c *staffEnterCmd) Help() string { return staffTwo + tokenHelp }

// Run enters it, or proposes it.
func (c *staffEnterCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		org, err := o.organisationOrNone(ctx, c.Organisation)
		if err != nil {
			return err
		}
		paper, err := document(c.Paper)
		if err != nil {
			return err
		}
		act, err := o.actBy(ctx, a)
		if err != nil {
			return err
		}
		proposal, err := o.tokens.EnterStaff(ctx, act, access.Staff{
			Organisation: org, Number: c.Number, Name: c.Name, Post: c.Post, Presides: c.Presides, From: c.From, Until: c.Until, Document: paper,
		})
		if err == nil {
			a.tellProposed(proposal)
		}
		return err
	})
}

type staffBorrowCmd struct {
	installation

	Number string  `arg:"" help:"Staff number in the court above."`
	For    string  `required:"" help:"Slug of the court that borrows."`
	Of     string  `required:"" help:"Slug of the court above whose number it is."`
	From   day.Day `help:"First day; today if not given."`
	Until  day.Day `required:"" help:"Last day."`
	Paper  string  `required:"" type:"existingfile" help:"The paper by which the court above lends; the file keeps it."`
}

// Help is shown by --help.
func (c *staffBorrowCmd) Help() string {
	return staffTwo + "Then: token issue NUMBER ROLE --organisation FOR --of OF. Nobody presides over a court by it. " + tokenHelp
}

// Run enters it, or proposes it.
func (c *staffBorrowCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		org, err := o.organisation(ctx, c.For)
		if err != nil {
			return err
		}
		of, err := o.organisation(ctx, c.Of)
		if err != nil {
			return err
		}
		paper, err := document(c.Paper)
		if err != nil {
			return err
		}
		act, err := o.actBy(ctx, a)
		if err != nil {
			return err
		}
		proposal, err := o.tokens.Borrow(ctx, act, access.Borrowed{Organisation: org, Of: of, Number: c.Number, From: c.From, Until: c.Until, Document: paper})
		if err == nil {
			a.tellProposed(proposal)
		}
		return err
	})
}

type staffEndCmd struct {
	installation

	ID string `arg:"" help:"Id of the entry (staff list)."`
}

// Help is shown by --help.
func (c *staffEndCmd) Help() string { return tokenHelp }

// Run ends it.
func (c *staffEndCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		act, id, err := o.actOn(ctx, a, c.ID)
		if err != nil {
			return err
		}
		return o.tokens.EndStaff(ctx, act, id)
	})
}

type staffListCmd struct {
	installation

	JSON bool `name:"json" help:"Print a JSON array."`
}

// Help is shown by --help.
func (c *staffListCmd) Help() string { return tokenHelp }

// Run prints one line per number and post.
func (c *staffListCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		act, err := o.actBy(ctx, a)
		if err != nil {
			return err
		}
		list, err := o.tokens.ListStaff(ctx, act)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(plain(a.Out), list)
		}
		slugs, err := o.slugs(ctx)
		if err != nil {
			return err
		}
		for i := range list {
			s := &list[i]
			until := "until further notice"
			if !s.Until.IsZero() {
				until = "until " + s.Until.String()
			}
			fmt.Fprintf(plain(a.Out), "%s  %s  %s  %s  %s  %s from %s %s\n", s.ID, s.Number, slugs[s.Organisation], s.Name, s.Post, s.Presides, s.From, until)
		}
		return nil
	})
}
