package adversary_test

import (
	"fmt"
	"net/http"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/memoranda/day"
)

// mostListings is how many a tale has at most.
const mostListings = 4

// move makes a move of a listing as it stands, and says whether it was made.
func (t *telling) move(what, token, listing, door string, body any) (bool, error) {
	read, err := t.ask("look at a listing", t.clerk, http.MethodGet, "/v1/listings/"+listing, nil, "")
	if err != nil {
		return false, err
	}
	made, err := t.ask(what, token, http.MethodPost, "/v1/listings/"+listing+"/"+door, body, read.tag)
	return made.ok(), err
}

// must is move for what no court can do without.
func (t *telling) must(token, listing, door string, body any) error {
	read, err := t.ask("look at a listing", t.clerk, http.MethodGet, "/v1/listings/"+listing, nil, "")
	if err != nil {
		return err
	}
	made, err := t.ask(door, token, http.MethodPost, "/v1/listings/"+listing+"/"+door, body, read.tag)
	if err == nil && !made.ok() {
		err = fmt.Errorf("%s: %d %s", door, made.status, made.text)
	}
	return err
}

func (t *telling) enter(token, path string, body object) (string, error) {
	made, err := t.ask("enter", token, http.MethodPost, path, body, "")
	if err == nil && !made.ok() {
		err = fmt.Errorf("%s: %d %s", path, made.status, made.text)
	}
	return made.id(), err
}

func identityBody(i party.Identity) object {
	o := object{"kind": i.Kind, "name": i.Name, "number_kind": i.NumberKind, "number": i.Number}
	if i.Head != "" {
		o["head"] = i.Head
	}
	return o
}

// someone is one of the tale's two subjects, a person and a company.
func (t *telling) someone(n int) (*subject, error) {
	for len(t.subjects) < 2 {
		identity := t.Company()
		if len(t.subjects) == 0 {
			identity = t.Person()
		}
		id, err := t.enter(t.clerk, "/v1/subjects", identityBody(identity))
		if err != nil {
			return nil, err
		}
		t.subjects = append(t.subjects, subject{id, identity})
	}
	return &t.subjects[n%2], nil
}

// publish leads a listing from its draft to its publication.
func (t *telling) publish(s step) error {
	if len(t.listings) >= mostListings {
		return nil
	}
	who, err := t.someone(s.A)
	if err != nil {
		return err
	}
	m := &modelled{subject: who, fixed: s.B%2 == 0}
	conduct := 1
	if m.fixed {
		conduct, m.until = 2, t.Day().AddYears(2)
	}
	if m.id, err = t.enter(t.judge, "/v1/listings", object{
		"case": t.Case().String(), "subject": who.id, "capacity": "debtor", "conducts": []int{conduct}, "papers": factPapers(listing.Conduct(conduct)),
		"facts": object{"obligation": "演示：支付货款", "performed": "none", "conduct": "演示：有履行能力而拒不履行"},
	}); err != nil {
		return err
	}
	proposal := object{"number": "（2025）桂0103执1号之一", "reasons": "演示:经审查,符合规定的理由", "own_motion_reason": "演示:拒不申报财产,依职权列入", "document": []byte("演示决定书全文")}
	if m.fixed {
		proposal["term_until"] = m.until
	}
	var warned error
	t.Ago(func() {
		warned = t.must(t.clerk, m.id, "warning", object{"served_on": t.Day(), "risk_warning": true, "perform_within_days": 3, "document": []byte("演示执行通知书")})
	})
	if warned != nil {
		return warned
	}
	for _, x := range []struct {
		token, door string
		body        any
	}{
		{t.judge, "proposal", proposal},
		{t.president, "signature", nil},
		{t.clerk, "service", object{"manner": "direct", "on": t.Day(), "enclosures": ground.Enclosures(), "document": []byte("演示送达回证")}},
	} {
		if err := t.must(x.token, m.id, x.door, x.body); err != nil {
			return err
		}
	}
	if m.gives, err = t.foreseen(m.id); err != nil {
		return err
	}
	if err := t.must(t.clerk, m.id, "publication", nil); err != nil {
		return err
	}
	t.listings = append(t.listings, m)
	return nil
}

// foreseen is what the publication would have whom do, by the slugs of measures.
func (t *telling) foreseen(listing string) (map[enforcement.OrganisationID][]string, error) {
	a, err := t.ask("foresee", t.president, http.MethodGet, "/v1/listings/"+listing+"/foresee", nil, "")
	if err != nil {
		return nil, err
	}
	gives := map[enforcement.OrganisationID][]string{}
	lines, _ := a.body["lines"].([]any)
	for _, line := range lines {
		l, _ := line.(object)
		org, _ := l["organisation"].(float64)
		measures, _ := l["measures"].([]any)
		for _, x := range measures {
			name, _ := x.(string)
			gives[enforcement.OrganisationID(org)] = append(gives[enforcement.OrganisationID(org)], name)
		}
	}
	if len(gives) == 0 {
		return nil, fmt.Errorf("nothing is foreseen: %s", a.text)
	}
	return gives, nil
}

func (t *telling) suspend(s step) error {
	m := t.pick(s.A, func(m *modelled) bool { return !m.ended && !m.suspended })
	if m == nil {
		return nil
	}
	made, err := t.move("suspended", t.judge, m.id, "suspension", object{"reason": []string{ground.CourtStay, ground.WrongPersonClaim}[s.B%2]})
	m.suspended = m.suspended || made
	return err
}

// resume gives back what was suspended: the one place that says what that needs.
func (t *telling) resume(s step) error {
	m := t.pick(s.A, func(m *modelled) bool { return !m.ended && m.suspended })
	if m == nil {
		return nil
	}
	made, err := t.move("resumed", t.president, m.id, "resumption", object{
		"reasons": "演示:已经核实,确系本人", "document": []byte("演示:身份核查笔录"),
	})
	m.suspended = m.suspended && !made
	return err
}

func (t *telling) correct(s step) error {
	m := t.pick(s.A, func(m *modelled) bool { return !m.ended })
	if m == nil {
		return nil
	}
	if _, err := t.move("correction opened", t.judge, m.id, "correction", object{"found_on": t.Day()}); err != nil {
		return err
	}
	_, err := t.move("corrected", t.judge, m.id, "correction/data", identityBody(m.subject.identity))
	return err
}

func (t *telling) extend(s step) error {
	m := t.pick(s.A, func(m *modelled) bool { return m.fixed && !m.extended && !m.ended })
	if m == nil {
		return nil
	}
	years := 1 + s.B%3
	made, err := t.move("extended", t.president, m.id, "extension", object{
		"number": "（2025）桂0103执1号之二", "reasons": "演示:经审查,符合规定的理由", "cause": "several-dishonest-acts", "acts": []object{{"on": t.Day(), "what": "演示:转移应收账款至关联单位"}, {"on": t.Day(), "what": "演示:隐匿已查封的机器设备"}}, "years": years, "served_on": t.Day(), "document": []byte("演示延期决定"),
	})
	if made {
		m.extended, m.until = true, m.until.AddYears(years)
	}
	return err
}

func (t *telling) end(s step) error {
	if m := t.pick(s.A, func(m *modelled) bool { return !m.ended }); m != nil {
		return t.endOne(m, s.B)
	}
	return nil
}

// endOne ends a listing in one of the ways that are open to it. An end that is refused is
// no fair answer: it needs no proof.
func (t *telling) endOne(m *modelled, how int) error {
	if m.ended {
		return nil
	}
	body := object{"event_on": t.Day(), "reasons": "演示:经审查,符合规定的理由", "document": []byte("演示结束决定书")}
	door := "deletion"
	switch {
	case how%2 == 1:
		door = "revocation"
	case m.fixed:
		door = "early-deletion"
	default:
		body["item"] = 1 + how%3
	}
	if err := t.must(t.judge, m.id, door, body); err != nil {
		return err
	}
	m.end()
	return nil
}

// carries is what a listing gives an organisation to carry now, and until when.
func (m *modelled) carries(org enforcement.OrganisationID) ([]string, day.Day) {
	if m.ended || m.suspended {
		return nil, day.Day(0)
	}
	return m.gives[org], m.until
}

// factPapers are papers of the facts of a ground, as a draft brings them.
func factPapers(conduct listing.Conduct) (list []object) {
	for _, f := range listing.FactPapers(conduct) {
		list = append(list, object{"purpose": f.Purpose, "document": []byte("演示：" + f.ZH)})
	}
	return list
}
