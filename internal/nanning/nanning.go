package nanning

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"concordat/enforcement"
	"concordat/enforcement/party"
	"concordat/enforcement/register"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

//go:embed organisations.yaml
var source []byte

// On is the day for which the list is true: on it the bodies' successions are
// followed.
var On = day.Of(2025, time.September, 1)

// Gap is a role that is held on [On] and that nobody plays in Nanning.
type Gap struct {
	Body   string `yaml:"body"`
	Reason string `yaml:"reason"`
}

// row is one line of the file; code is a court's, kind and bodies are not.
type row struct {
	Slug     string                 `yaml:"slug"`
	ZH       string                 `yaml:"zh"`
	EN       string                 `yaml:"en"`
	Kind     party.OrganisationKind `yaml:"kind"`
	Serves   string                 `yaml:"serves"`
	Code     string                 `yaml:"code"`
	Bodies   []string               `yaml:"bodies"`
	Evidence memoranda.Evidence     `yaml:"evidence"`
	Note     string                 `yaml:"note"`
}

type file struct {
	Courts        []row `yaml:"courts"`
	Organisations []row `yaml:"organisations"`
	Gaps          []Gap `yaml:"gaps"`
}

// Organisations returns the courts, the intermediate one first, then those that
// stand for the bodies of the catalogue, always in the same order. Superior is
// the place of the superior in this list, counted from 1, until [Enter] replaces
// it by a number of the record; ID is zero. An error says what is wrong with the
// data, or that the catalogue has a role that nobody plays.
func Organisations(c *memoranda.Catalogue) ([]party.Organisation, error) {
	f, err := read(source)
	if err != nil {
		return nil, err
	}
	return f.organisations(c)
}

// Gaps returns the roles of the catalogue that nobody plays, with the reason.
func Gaps() ([]Gap, error) {
	f, err := read(source)
	return f.Gaps, err
}

// Enter enters a list from [Organisations] into the record, superiors before
// those below them, and returns it with the numbers of the record.
func Enter(ctx context.Context, r *register.Offices, act enforcement.Act, list []party.Organisation) ([]party.Organisation, error) {
	entered := slices.Clone(list)
	for i := range entered {
		o := &entered[i]
		if o.Superior != 0 {
			o.Superior = entered[o.Superior-1].ID
		}
		var err error
		if o.ID, err = r.Parties.AddOrganisation(ctx, act, *o); err != nil {
			return nil, fmt.Errorf("enter %s: %w", o.Slug, err)
		}
	}
	return entered, nil
}

func read(source []byte) (file, error) {
	var f file
	if err := yaml.NewDecoder(bytes.NewReader(source), yaml.Strict()).Decode(&f); err != nil {
		return file{}, fmt.Errorf("read the organisations of Nanning: %w", err)
	}
	var errs []error
	for _, o := range f.Courts {
		errs = append(errs, o.check(true))
	}
	for _, o := range f.Organisations {
		errs = append(errs, o.check(false))
	}
	for _, g := range f.Gaps {
		if g.Body == "" || g.Reason == "" {
			errs = append(errs, fmt.Errorf("gap %q: body and reason are needed", g.Body))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return file{}, fmt.Errorf("read the organisations of Nanning: %w", err)
	}
	return f, nil
}

func (o row) check(court bool) error {
	recipients := []party.OrganisationKind{party.Authority, party.AssistingUnit, party.InformedBody}
	switch {
	case o.Slug == "" || o.ZH == "" || o.EN == "":
		return fmt.Errorf("%q: slug and both names are needed", o.Slug)
	case !slices.Contains(memoranda.Evidences(), o.Evidence):
		return fmt.Errorf("%s: evidence is seen, known or unverified, not %q", o.Slug, o.Evidence)
	case !strings.HasPrefix(o.Serves, "45") || len(o.Serves)%2 != 0 || len(o.Serves) > 6:
		return fmt.Errorf("%s: serves %q is no prefix of an area code of Guangxi", o.Slug, o.Serves)
	case court && (o.Code == "" || o.Kind != "" || len(o.Bodies) > 0):
		return fmt.Errorf("%s: a court has a code, and neither kind nor bodies", o.Slug)
	case !court && (o.Code != "" || len(o.Bodies) == 0 || !slices.Contains(recipients, o.Kind)):
		return fmt.Errorf("%s: who receives has a kind and bodies, and no code", o.Slug)
	}
	return nil
}

func (f file) organisations(c *memoranda.Catalogue) ([]party.Organisation, error) {
	held := holders(c)
	played := map[string]string{}
	for _, g := range f.Gaps {
		played[g.Body] = "a gap"
	}
	var list []party.Organisation
	for i, o := range f.Courts {
		court := party.Organisation{Slug: o.Slug, NameZH: o.ZH, NameEN: o.EN, Kind: party.Court, Serves: o.Serves, CourtCode: o.Code}
		if i > 0 {
			court.Superior = 1
		}
		list = append(list, court)
	}
	var errs []error
	for _, o := range f.Organisations {
		entry := party.Organisation{Slug: o.Slug, NameZH: o.ZH, NameEN: o.EN, Kind: o.Kind, Serves: o.Serves}
		for _, body := range o.Bodies {
			from, ok := held[body]
			switch {
			case !ok:
				errs = append(errs, fmt.Errorf("%s plays %s, a role that nobody holds on %s", o.Slug, body, On))
			case played[body] != "":
				errs = append(errs, fmt.Errorf("%s is played by %s and by %s", body, played[body], o.Slug))
			}
			played[body] = o.Slug
			entry.Bodies = append(entry.Bodies, party.Part{Body: body, From: from})
		}
		list = append(list, entry)
	}
	for body := range held {
		if played[body] == "" {
			errs = append(errs, fmt.Errorf("nobody plays %s, and no gap says why", body))
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("match Nanning with the catalogue: %w", err)
	}
	return list, nil
}

// holders returns every role that somebody holds on [On] under a memorandum that
// stands then or as the owner of a list that reaches Nanning, and since when: the
// day of the succession that brought it, or the first day of the memorandum; for
// an owner that no memorandum names, [On]. A role that came by several ways counts
// from the first.
func holders(c *memoranda.Catalogue) map[string]day.Day {
	held := map[string]day.Day{}
	note := func(role string, from day.Day) {
		if have, ok := held[role]; !ok || from < have {
			held[role] = from
		}
	}
	for i := range c.Memoranda {
		m := &c.Memoranda[i]
		for _, signatory := range m.Signatories {
			for _, role := range c.Body(signatory, On) {
				note(role, since(c, role, m.From))
			}
		}
		for j := range m.Measures {
			for _, body := range m.Measures[j].Bodies {
				for _, role := range c.BodyFor(body, m.Measures[j].Slug, On) {
					note(role, since(c, role, m.From))
				}
			}
		}
	}
	for _, list := range c.ListTypes {
		if !strings.HasPrefix("4501", list.Region) {
			continue
		}
		for _, owner := range list.Owners {
			for _, role := range c.Body(owner, On) {
				note(role, since(c, role, On))
			}
		}
	}
	return held
}

// since returns the first day on which a succession gave the role to somebody
// new, or the day given for those that were there from the beginning.
func since(c *memoranda.Catalogue, role string, from day.Day) day.Day {
	for i := range c.Memoranda {
		if slices.Contains(c.Memoranda[i].Signatories, role) {
			return from
		}
	}
	first := On
	for i := range c.Bodies {
		for _, s := range c.Bodies[i].Successions {
			if slices.Contains(s.To, role) {
				first = min(first, s.From)
			}
		}
	}
	return first
}
