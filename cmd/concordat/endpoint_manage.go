package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"concordat/enforcement"
	"concordat/internal/i18n"
	"concordat/notify"
)

type endpointListCmd struct {
	installation

	JSON bool `help:"Print them as a JSON array."`
}

// endpointLine is an endpoint as it is listed.
type endpointLine struct {
	Organisation string `json:"organisation"`
	Channel      string `json:"channel"`
	Address      string `json:"address,omitempty"` // without what may be secret in it
	State        string `json:"state"`             // in-use, waiting, gone or paused
	Failures     int    `json:"failures"`
}

// Run prints one line per endpoint.
func (c *endpointListCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		figures, err := o.endpoints.Figures(ctx)
		if err != nil {
			return err
		}
		lines := make([]endpointLine, 0, len(figures))
		for _, f := range figures {
			lines = append(lines, endpointLine{f.Organisation, f.Channel, shownAddress(f.URL), endpointState(f), f.Failures})
		}
		if c.JSON {
			if err := json.NewEncoder(plain(a.Out)).Encode(lines); err != nil {
				return fmt.Errorf("print the endpoints: %w", err)
			}
			return nil
		}
		for _, l := range lines {
			fmt.Fprintf(plain(a.Out), "%-28s  %-8s  %-8s  failures %d  %s\n", l.Organisation, l.Channel, l.State, l.Failures, l.Address)
		}
		return nil
	})
}

func endpointState(f notify.EndpointFigure) string {
	switch {
	case f.Paused:
		return "paused"
	case f.Gone:
		return "gone"
	case f.Waiting:
		return "waiting"
	default:
		return "in-use"
	}
}

// shownAddress is an address without its query, in which some keep a secret.
func shownAddress(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	u.RawQuery, u.Fragment, u.User = "", "", nil
	return u.String()
}

type endpointTestCmd struct {
	installation

	Organisation string `arg:"" help:"Slug of the organisation."`
	JSON         bool   `help:"Print the outcome as one JSON object."`
}

// Help is shown by --help.
func (c *endpointTestCmd) Help() string { return tokenHelp }

// Run sends the sample and fails where messages would not arrive.
func (c *endpointTestCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		act, err := o.actAs(ctx, a, enforcement.Operator)
		if err != nil {
			return err
		}
		org, err := o.organisation(ctx, c.Organisation)
		if err != nil {
			return err
		}
		webhook := notify.NewWebhook(notify.WebhookConfig{Machine: now})
		defer webhook.Close()
		tested, err := o.endpoints.Test(ctx, act, webhook, org)
		if err != nil {
			return err
		}
		if c.JSON {
			if err := json.NewEncoder(plain(a.Out)).Encode(tested); err != nil {
				return fmt.Errorf("print the outcome: %w", err)
			}
		} else {
			c.tell(a, tested)
		}
		if !tested.Outcome.Arrives() {
			return fmt.Errorf("messages do not arrive as they should at %s: %s", c.Organisation, tested.Outcome)
		}
		return nil
	})
}

// tell prints what was seen and what it means, in both languages.
func (c *endpointTestCmd) tell(a *app, t notify.Tested) {
	out := plain(a.Out)
	fmt.Fprintf(out, "%s  %s  signed %s  status %d  %d ms", t.Outcome, t.Host, strings.Join(t.Keys, " "), t.Status, t.TookMS)
	if t.Reason != "" {
		fmt.Fprintf(out, "  %s", t.Reason)
	}
	fmt.Fprintln(out)
	for _, lang := range i18n.Languages() {
		fmt.Fprintln(out, i18n.Words(lang, t.Outcome.Code(), nil))
	}
}

type endpointPauseCmd struct {
	installation

	Organisation string `arg:"" help:"Slug of the organisation."`
}

// Help is shown by --help.
func (c *endpointPauseCmd) Help() string { return tokenHelp }

// Run pauses; a drain that is under way goes on for half a minute at most.
func (c *endpointPauseCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		act, err := o.actAs(ctx, a, enforcement.Operator)
		if err != nil {
			return err
		}
		org, err := o.organisation(ctx, c.Organisation)
		if err != nil {
			return err
		}
		if err := o.endpoints.Pause(ctx, act, org, notify.WebhookName); err != nil {
			return err
		}
		fmt.Fprintf(a.Err, "paused: what is due to %s goes to its inbox, liftings too, within half a minute\n", plainText(c.Organisation))
		return nil
	})
}

type endpointResumeCmd struct {
	installation

	Organisation string `arg:"" help:"Slug of the organisation."`
}

// Help is shown by --help.
func (c *endpointResumeCmd) Help() string { return tokenHelp }

// Run takes the endpoint back into use.
func (c *endpointResumeCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		act, err := o.actAs(ctx, a, enforcement.Operator)
		if err != nil {
			return err
		}
		org, err := o.organisation(ctx, c.Organisation)
		if err != nil {
			return err
		}
		if err := o.endpoints.Restore(ctx, act, org, notify.WebhookName); err != nil {
			return err
		}
		fmt.Fprintf(a.Err, "resumed: what is due to %s is posted again; what lies in its inbox meanwhile stays there\n", plainText(c.Organisation))
		return nil
	})
}

type endpointRemoveCmd struct {
	installation

	Organisation string `arg:"" help:"Slug of the organisation."`
}

// Help is shown by --help.
func (c *endpointRemoveCmd) Help() string { return tokenHelp }

// Run removes the webhook.
func (c *endpointRemoveCmd) Run(a *app) error {
	return c.within(func(ctx context.Context, o *office) error {
		act, err := o.actAs(ctx, a, enforcement.Operator)
		if err != nil {
			return err
		}
		org, err := o.organisation(ctx, c.Organisation)
		if err != nil {
			return err
		}
		if err := o.endpoints.Remove(ctx, act, org, notify.WebhookName); err != nil {
			return err
		}
		fmt.Fprintf(a.Err, "removed: what is due to %s goes to its inbox, liftings too, within half a minute\n", plainText(c.Organisation))
		return nil
	})
}
