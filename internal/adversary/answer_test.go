package adversary_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"concordat/memoranda/day"
	"concordat/notify/wire"
)

func (t *telling) department(n int) *department { return t.departments[n%len(t.departments)] }

// behave has a department's system answer in another manner from now on.
func (t *telling) behave(s step) error {
	strange := t.known(t.department(s.A + 1))
	t.department(s.A).behave(manners[s.B%len(manners)], strange[:min(len(strange), 3)])
	return nil
}

// forge sends a department what nobody signed: that what was lifted is imposed again.
func (t *telling) forge(s step) error {
	d := t.department(s.A)
	ids := t.known(d)
	if len(ids) == 0 {
		return nil
	}
	id := ids[s.B%len(ids)]
	body := fmt.Appendf(nil, `{"format":1,"organisation":"x","lane":"bulk","sent_at":"2025-09-01T00:00:00Z","measures":{},"directives":[{"id":"%s","version":99,"kind":"impose","measures":["judgment-debtor-141/real-estate"],"ground":{"kind":"listing","reference":"x","owner":"x"}}]}`, id)
	keys, err := wire.ParseKeys(wire.NewSecret())
	if err != nil {
		return err
	}
	header := http.Header{}
	wire.Sign(header, keys, wire.ContentID(body), machine(), body)
	if err := t.post(d, header, body); err != nil {
		return err
	}
	if have, _ := d.ledger.Get(id); have.Version == 99 {
		return errors.New("a forged message was taken over")
	}
	return nil
}

// replay sends a department once more what it was sent before.
func (t *telling) replay(s step) error {
	d := t.department(s.A)
	d.mu.Lock()
	if len(d.heard) == 0 {
		d.mu.Unlock()
		return nil
	}
	n := s.B % len(d.heard)
	header, body := d.heard[n].Header.Clone(), d.bodies[n]
	d.mu.Unlock()
	return t.post(d, header, body)
}

// post sends a department's system a message; how that answers is its own affair.
func (t *telling) post(d *department, header http.Header, body []byte) error {
	r, err := http.NewRequestWithContext(t.t.Context(), http.MethodPost, d.server.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header = header
	answer, err := d.server.Client().Do(r)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
	return err
}

// told is a directive as the API shows it.
func told(item any) (wire.Directive, error) {
	o, _ := item.(object)
	text := func(name string) string { s, _ := o[name].(string); return s }
	id, err := uuid.Parse(text("id") + text("directive")) // it has one of the two
	if err != nil {
		return wire.Directive{}, fmt.Errorf("read a directive's id: %w", err)
	}
	version, _ := o["version"].(float64)
	x := wire.Directive{ID: id, Version: int16(version), Kind: text("kind")}
	if until := text("valid_until"); until != "" {
		if x.ValidUntil, err = day.Parse(until); err != nil {
			return wire.Directive{}, fmt.Errorf("read a directive's last day: %w", err)
		}
	}
	names, _ := o["measures"].([]any)
	for _, n := range names {
		name, _ := n.(string)
		x.Measures = append(x.Measures, name)
	}
	return x, nil
}

// takeOver puts what the API showed into a department's ledger.
func (d *department) takeOver(a answer) error {
	items, _ := a.body["items"].([]any)
	for _, item := range items {
		x, err := told(item)
		if err != nil {
			return err
		}
		d.ledger.Apply(wire.Message{Directives: []wire.Directive{x}})
	}
	return nil
}

// look is a department reading its directives by API; one that works so takes over what
// it reads.
func (t *telling) look(s step) error {
	d := t.department(s.A)
	a, err := t.ask("look", d.clerk, http.MethodGet, "/v1/directives?limit=200", nil, "")
	if err == nil && a.ok() && d.channel == byReading {
		err = d.takeOver(a)
	}
	return err
}

// open is an officer opening the inbox, or some of it, and taking it over; sometimes it is
// acknowledged too.
func (t *telling) open(s step) error {
	_, err := t.opened(t.department(s.A), 1+s.B%4, s.B%3 == 0)
	return err
}

// opened opens so many items and returns how many there were.
func (t *telling) opened(d *department, most int, acknowledge bool) (int, error) {
	list, err := t.ask("list the inbox", d.clerk, http.MethodGet, "/v1/inbox?limit=100", nil, "")
	if err != nil || !list.ok() {
		return 0, err
	}
	var ids []string
	items, _ := list.body["items"].([]any)
	for _, item := range items {
		if o, _ := item.(object); len(ids) < most {
			id, _ := o["directive"].(string)
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 {
		return 0, nil
	}
	shown, err := t.ask("open the inbox", d.clerk, http.MethodPost, "/v1/inbox/open", object{"directives": ids}, "")
	if err != nil || !shown.ok() {
		return len(items), err
	}
	if err := d.takeOver(shown); err != nil || !acknowledge {
		return len(items), err
	}
	var lines []object
	opened, _ := shown.body["items"].([]any)
	for _, item := range opened {
		x, err := told(item)
		if err != nil {
			return 0, err
		}
		lines = append(lines, object{"directive": x.ID, "version": x.Version, "outcome": wire.OutcomeAcknowledged})
	}
	_, err = t.ask("acknowledge what was opened", d.clerk, http.MethodPost, "/v1/answers", object{"answers": lines}, "")
	return len(items), err
}

// answer is a department's officer answering, by API, whatever directive of its own there
// is in the record, in any version: sent or not.
func (t *telling) answer(s step) error {
	d := t.department(s.A)
	var id uuid.UUID
	var version int16
	err := t.DB.Pool.QueryRow(t.t.Context(), `SELECT d.id, coalesce((SELECT max(version) FROM amendment WHERE directive_id = d.id), 1) FROM directive d
		JOIN ground g ON g.id = d.ground_id WHERE d.organisation_id = $1 AND g.id::text = ANY ($2) ORDER BY d.id LIMIT 1 OFFSET $3`, d.org, t.ids(), s.B%mostListings).Scan(&id, &version)
	if err != nil {
		return nil //nolint:nilerr // there is none
	}
	return t.say(d, s, id, version+[]int16{0, 0, 0, -1, 1}[s.B/mostListings%5])
}

func (t *telling) ids() []string {
	ids := []string{}
	for _, m := range t.listings {
		ids = append(ids, m.id)
	}
	return ids
}

// answerHeld answers what the ledger has, a step forward or back.
func (t *telling) answerHeld(s step) error {
	d := t.department(s.A)
	ids := t.known(d)
	if len(ids) == 0 {
		return nil
	}
	id := ids[s.B%len(ids)]
	entry, _ := d.ledger.Get(id)
	return t.say(d, s, id, entry.Version)
}

// answerOther answers what is another department's.
func (t *telling) answerOther(s step) error {
	other := t.department(s.A + 1)
	ids := t.known(other)
	if len(ids) == 0 {
		return nil
	}
	id := ids[s.B%len(ids)]
	entry, _ := other.ledger.Get(id)
	return t.say(t.department(s.A), s, id, entry.Version)
}

// say is an answer by API, of either officer.
func (t *telling) say(d *department, s step, id uuid.UUID, version int16) error {
	token := []string{d.clerk, d.reviewer}[s.B%2]
	outcome := []string{wire.OutcomeAcknowledged, wire.OutcomeDelivered}[s.B/2%2]
	_, err := t.ask("answer", token, http.MethodPost, "/v1/answers", object{"answers": []object{{"directive": id, "version": version, "outcome": outcome}}}, "")
	return err
}

// report is a reviewer saying of a measure whatever there is to be said: the one place
// that says what such a report is made of.
func (t *telling) report(s step) error {
	d := t.department(s.A)
	ids := t.known(d)
	if len(ids) == 0 {
		return nil
	}
	id := ids[s.B%len(ids)]
	entry, _ := d.ledger.Get(id)
	measure := "judgment-debtor-141/real-estate"
	if len(entry.Measures) > 0 {
		measure = entry.Measures[0]
	} else if m := t.pick(0, func(m *modelled) bool { return len(m.gives[d.org]) > 0 }); m != nil {
		measure = "judgment-debtor-141/" + m.gives[d.org][0]
	}
	said := reportOf([]manner{implemented, lifted, kept, refused, doubtful, unappliable}[s.B%6], t.Day().AddMonths(s.B%36))
	report := object{"measure": measure, "outcome": said.Outcome}
	if said.Reason != "" {
		report["reason"] = said.Reason
	}
	if said.Outcome == "kept" {
		report["kept_until"], report["cited"] = said.KeptUntil, object{"title": said.Cited.Title, "article": said.Cited.Article}
		report["decision"] = object{"number": said.Decision.Number, "served_on": said.Decision.ServedOn, "remedy": said.Decision.Remedy}
	}
	a, err := t.ask("report "+string(said.Outcome), d.reviewer, http.MethodPost, "/v1/answers", object{"answers": []object{
		{"directive": id, "version": entry.Version, "outcome": wire.OutcomeAcknowledged, "reports": []object{report}},
	}}, "")
	if a.ok() {
		t.done["report"]++
	}
	return err
}

// repeat asks for the last thing once more under its key: it is answered as it was.
func (t *telling) repeat(step) error {
	if t.last == nil {
		return nil
	}
	a, err := t.send(t.last)
	if err == nil && t.last.status/100 == 2 && a.status != t.last.status {
		err = fmt.Errorf("%s was answered with %d, and again with %d %s", t.last.path, t.last.status, a.status, a.text)
	}
	return err
}

// patience is how long it may take until nothing is due when all are honest.
const patience = time.Minute
