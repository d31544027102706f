package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"concordat/enforcement"
	"concordat/internal/access"
)

// issuedHolds is the default of token issue --valid.
const issuedHolds = 90 * 24 * time.Hour

type tokenCmd struct {
	Issue  tokenIssueCmd  `cmd:"" help:"Issue a bearer token; it is shown once."`
	List   tokenListCmd   `cmd:"" help:"List the tokens that are valid: whose, in which role, until when; never the token itself."`
	Revoke tokenRevokeCmd `cmd:"" help:"End a token, or all of a person, in every process at once."`
	Wake   tokenWakeCmd   `cmd:"" help:"After a restore: make tokens of the backup valid again, which sleep until then."`
}

type tokenIssueCmd struct {
	installation

	Actor        string        `arg:"" name:"staff" help:"Staff number of who will use it (concordat staff): two tokens of one number are one person."`
	Role         string        `arg:"" help:"clerk, judge, president, department-clerk, department-reviewer, overseer, operator or lawyer."`
	Organisation string        `help:"Slug of the organisation."`
	Of           string        `help:"Slug of the organisation whose staff number it is; the token's own if not given. A court's second person may be of a court above (staff borrow)."`
	Valid        time.Duration `help:"How long it is valid: --token-longest at most." default:"2160h"`
	staffFlags
}

// Help is shown by --help.
func (c *tokenIssueCmd) Help() string {
	return "The number must be in post today; before anything was sent --name and --post enter it along, later concordat staff enter does, by two people. " + tokenHelp + " While no operator has a token, the account that runs the command may issue one to an operator; the record says so."
}

// Run prints the token alone on standard output.
func (c *tokenIssueCmd) Run(a *app) error {
	if c.Valid <= 0 {
		return &enforcement.Refusal{Code: access.CodeExpires}
	}
	return c.within(func(ctx context.Context, o *office) error {
		org, err := o.organisationOrNone(ctx, c.Organisation)
		if err != nil {
			return err
		}
		of, err := o.organisationOrNone(ctx, c.Of)
		if err != nil {
			return err
		}
		act, err := o.actAsOperator(ctx, a)
		if err != nil {
			return err
		}
		token, proposal, err := o.tokens.Ask(ctx, act, access.Wanted{
			Staff: c.Actor, Of: of, Role: enforcement.Role(c.Role), Organisation: org, Expires: now().Add(c.Valid), Enter: c.enters(),
		})
		if err != nil {
			return fmt.Errorf("issue a token: %w", err)
		}
		fmt.Fprintln(a.Out, token)
		a.tellProposed(proposal)
		return nil
	})
}

type tokenListCmd struct {
	installation

	All  bool `help:"Also those that ended or were revoked."`
	JSON bool `help:"Print them as a JSON array."`
}

// Run prints a line per token.
func (c *tokenListCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		list, err := o.tokens.List(ctx, c.All)
		if err != nil {
			return err
		}
		if c.JSON {
			if err := json.NewEncoder(plain(a.Out)).Encode(list); err != nil {
				return fmt.Errorf("print the tokens: %w", err)
			}
			return nil
		}
		return o.printTokens(ctx, a, list)
	})
}

func (o *office) printTokens(ctx context.Context, a *app, list []access.Token) error {
	slugs, err := o.slugs(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		t := &list[i]
		until := "no end; revoke it and issue another"
		switch {
		case !t.RevokedAt.IsZero():
			until = "revoked " + t.RevokedAt.Format(time.RFC3339)
		case !t.ExpiresAt.IsZero():
			until = "until " + t.ExpiresAt.Format(time.RFC3339)
		}
		if t.Asleep && t.RevokedAt.IsZero() {
			until += "  asleep since a restore"
		}
		if !t.Staffed && !t.Demo {
			until += "  of no staff number: revoke it and issue another"
		}
		fmt.Fprintf(plain(a.Out), "%s  %s  %s  %s  %s\n", t.ID, t.Actor, t.Role, slugs[t.Organisation], until)
	}
	return nil
}

type tokenRevokeCmd struct {
	installation

	Token string `arg:"" optional:"" help:"Id of the token (token list), or a token that was found."`
	Actor string `help:"Staff number of whom all tokens are ended."`
}

// Validate demands one of the two.
func (c *tokenRevokeCmd) Validate() error {
	if (c.Token == "") == (c.Actor == "") {
		return errors.New("one of a token and --actor is needed")
	}
	return nil
}

// Help is shown by --help.
func (c *tokenRevokeCmd) Help() string {
	return tokenHelp + " Without one the account that runs the command ends operators' tokens alone, so that who lost the only one can begin anew."
}

// Run ends them.
func (c *tokenRevokeCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		act, err := o.actAsOperator(ctx, a)
		if err != nil {
			return err
		}
		switch {
		case c.Actor != "":
			n, err := o.tokens.RevokeAll(ctx, act, c.Actor)
			if err == nil && n == 0 {
				err = &enforcement.Refusal{Code: access.CodeRevoked}
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(a.Err, "%d tokens are revoked\n", n)
			return nil
		case strings.HasPrefix(c.Token, "cct_"):
			return o.tokens.RevokePlain(ctx, act, c.Token)
		}
		id, err := enforcement.ParseID(c.Token)
		if err != nil {
			return err
		}
		return o.tokens.Revoke(ctx, act, id)
	})
}
