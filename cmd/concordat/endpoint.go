package main

import (
	"context"
	"fmt"

	"concordat/enforcement"
	"concordat/notify"
	"concordat/notify/wire"
)

type endpointCmd struct {
	Webhook endpointWebhookCmd `cmd:"" help:"Have an organisation's messages posted to an address; its inbox stays as the next way."`
	List    endpointListCmd    `cmd:"" help:"List the endpoints that were entered, and how each stands."`
	Test    endpointTestCmd    `cmd:"" help:"Send an organisation's webhook a signed sample that concerns nobody and changes nothing, and explain the answer."`
	Pause   endpointPauseCmd   `cmd:"" help:"Take an organisation's webhook out of use: everything goes to its inbox, liftings too, until it is resumed."`
	Resume  endpointResumeCmd  `cmd:"" help:"Use an organisation's webhook again, paused or gone, with its breaker closed."`
	Remove  endpointRemoveCmd  `cmd:"" help:"Take an organisation's webhook away with its keys: everything goes to its inbox."`
}

type endpointWebhookCmd struct {
	installation

	Organisation string `arg:"" help:"Slug of the organisation."`
	URL          string `arg:"" help:"Address: https, or http with --allow-internal."`
	// Keys are two while one replaces another.
	Keys          []string `name:"key" help:"Signing key (whsec_… or whsk_…), twice while one replaces another; without one a new shared secret is made and shown once."`
	AllowInternal bool     `help:"The address may lie inside the operator's own network."`
}

// Help is shown by --help.
func (c *endpointWebhookCmd) Help() string { return tokenHelp }

// Run prints the secret alone on standard output where it made one.
func (c *endpointWebhookCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		act, err := o.actAs(ctx, a, enforcement.Operator)
		if err != nil {
			return err
		}
		org, err := o.organisation(ctx, c.Organisation)
		if err != nil {
			return err
		}
		keys := c.Keys
		if len(keys) == 0 {
			keys = []string{wire.NewSecret()}
		}
		proposal, err := o.endpoints.Ask(ctx, act, notify.NewEndpoint{
			Organisation: org, Channel: notify.WebhookName, Priority: 1, URL: c.URL, AllowInternal: c.AllowInternal, Keys: keys,
		})
		if err != nil {
			return fmt.Errorf("put the endpoint: %w", err)
		}
		if len(c.Keys) == 0 {
			fmt.Fprintln(a.Out, keys[0])
		}
		a.tellProposed(proposal)
		return nil
	})
}

// organisation finds one by its slug.
func (o *office) organisation(ctx context.Context, slug string) (enforcement.OrganisationID, error) {
	list, err := o.register.Parties.Organisations(ctx)
	if err != nil {
		return 0, err
	}
	for _, known := range list {
		if known.Slug == slug {
			return known.ID, nil
		}
	}
	return 0, &enforcement.Refusal{Code: "organisation.unknown"}
}

// slugs are the slugs of organisations by id, as the commands take them; 0 is the
// installation's own people.
func (o *office) slugs(ctx context.Context) (map[enforcement.OrganisationID]string, error) {
	list, err := o.register.Parties.Organisations(ctx)
	if err != nil {
		return nil, err
	}
	slugs := map[enforcement.OrganisationID]string{0: "(installation)"}
	for i := range list {
		slugs[list[i].ID] = list[i].Slug
	}
	return slugs, nil
}
