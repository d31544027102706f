package register_test

import (
	"errors"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/party"
	"concordat/memoranda/day"
)

// Who stands for a body is told what others were: once anything was sent, no operator
// enters such an organisation alone, whichever door is asked.
func TestAnOrganisationIsNotEnteredAlone(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	operator := enforcement.Act{At: b.At(), Actor: enforcement.Actor{ID: "operator-1", Role: enforcement.Operator}}
	bodies := value(b.Parties.Organisations(t.Context()))(t)
	var body string
	for _, o := range bodies {
		if len(o.Bodies) > 0 {
			body = o.Bodies[0].Body
		}
	}
	organisation := func(slug string) party.Organisation {
		return party.Organisation{
			Slug: slug, NameZH: "演示局", NameEN: "Demo", Kind: party.Authority, Serves: "450103",
			Bodies: []party.Part{{Body: body, From: day.Of(2020, 1, 1)}},
		}
	}
	value(b.Parties.AddOrganisation(t.Context(), operator, organisation("demo-first")))(t)
	b.Published(b.Subject(b.Person()))
	if _, err := b.Parties.AddOrganisation(t.Context(), operator, organisation("demo-second")); !errors.Is(err, enforcement.Refuse("change.unproposed")) {
		t.Errorf("entered alone: %v", err)
	}
	asked := value(b.Parties.AskOrganisation(t.Context(), operator, organisation("demo-second")))(t)
	if asked.ID != 0 || asked.Proposal.IsZero() || b.Count(`SELECT count(*) FROM organisation WHERE slug = 'demo-second'`) != 0 {
		t.Errorf("asked for: %+v", asked)
	}
}
