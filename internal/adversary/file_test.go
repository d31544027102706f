package adversary_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/memoranda/day"
)

// file is a case as its claimants know it: what they sent and was taken, in order.
type file struct {
	id       string
	path     string
	owner    enforcement.OrganisationID
	subject  *claimant
	filed    day.Day // none of a department's
	conducts []int
	list     *ownList
	acts     []act
}

// act is a request that was taken.
type act struct {
	door string
	by   official
	body object
	on   day.Day
}

// last is the last act behind a door that was taken after another one.
func (f *file) last(door string) (found act, at int) {
	for i, a := range f.acts {
		if a.door == door {
			found, at = a, i+1
		}
	}
	return found, at
}

// papers and what is none.
func pdf(what string, n int) []byte {
	return fmt.Appendf(nil, "%%PDF-1.4\n%% %s %d\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%%%EOF\n", what, n)
}

// hostile are the values that spoil a field.
func (o *office) hostile(n int, was any) any {
	switch was.(type) {
	case day.Day:
		return []any{day.Day(0), "1900-01-01", o.Day().AddDays(1), o.Day().AddDays(-400), o.Day().AddYears(900), "gestern", nil}[n%7]
	case []object: // papers of the facts: none, or what is none
		return []any{nil, []object{}, []object{{"purpose": "facts-1", "document": []byte("  ")}}, []object{{"purpose": "other", "document": pdf("other", n)}}}[n%4]
	case string:
		return []any{"", "   ", "\u202e\u200b", "-", "…。", "\x00", nil, "a", o.Day()}[n%9]
	case int:
		return []any{0, -1, 7, 99, nil}[n%5]
	case bool:
		return []any{false, nil, "yes"}[n%3]
	case []byte:
		return []any{[]byte{}, []byte("   \n\t"), []byte("gibt es nicht"), nil, []byte("PK\x03\x04"), []byte("%PDF-1.4")}[n%6]
	default:
		return []any{nil, []string{}, ""}[n%3]
	}
}

// spoil changes one field of a request, of every other claim.
func (o *office) spoil(c claim, body object) object {
	if c.Spoilt < 6 || len(body) == 0 {
		return body
	}
	body = maps.Clone(body)
	names := slices.Sorted(maps.Keys(body))
	name := names[c.C%len(names)]
	value := o.hostile(c.How, body[name])
	if value == nil {
		delete(body, name)
	} else {
		body[name] = value
	}
	return body
}

func dayOf(v any) day.Day {
	switch v := v.(type) {
	case day.Day:
		return v
	case string:
		d, err := day.Parse(v)
		if err == nil {
			return d
		}
	}
	return 0
}

// draft drafts a listing, or an entry on a list.
func (o *office) draft(c claim) error {
	for len(o.subjects) < 2 || o.ofCourts && len(o.cases) < 2 {
		if err := o.enterSubject(claim{A: c.A, B: 1, How: len(o.subjects) * 4}); err != nil {
			return err
		}
		if err := o.enterCase(claim{A: 30 + c.A%30, B: len(o.cases) * 2}); err != nil {
			return err
		}
	}
	f := &file{subject: o.subjects[c.A%len(o.subjects)]}
	var body object
	var by official
	if o.ofCourts {
		x := o.cases[c.B%len(o.cases)]
		f.path, f.owner, f.filed, f.conducts = "/v1/listings", x.court, x.filed, [][]int{{1}, {1}, {2}, {1, 2}}[c.How%4]
		body = object{
			"case": x.id, "subject": f.subject.id, "capacity": "debtor", "conducts": f.conducts,
			"facts":  object{"obligation": "演示：支付货款", "performed": "none", "conduct": "演示：有履行能力而拒不履行"},
			"papers": proofsOf(f.conducts),
		}
		by = o.official(c.Whose, of(x.court, enforcement.Clerk, enforcement.Judge))
	} else {
		f.list = &o.lists[c.B%len(o.lists)]
		f.path, f.owner = "/v1/administrative-listings", f.list.org
		body = object{"list_type": f.list.slug, "subject": f.subject.id, "conduct": "演示：欺诈若干次", "finding": "演示罚字1号"}
		if f.list.ground != "" {
			body["grounds"] = []string{f.list.ground}
		}
		by = o.official(c.Whose, of(f.owner, enforcement.DepartmentClerk, enforcement.DepartmentReviewer))
	}
	sent := o.spoil(c, body)
	made, err := o.ask("draft", by.token, http.MethodPost, f.path, sent, "")
	if err != nil || !made.ok() {
		return err
	}
	f.id, f.acts = made.id(), []act{{"draft", by, sent, o.Day()}}
	o.files = append(o.files, f)
	return nil
}

// state reads a case as its owner's people may.
func (o *office) state(f *file) (ground.State, string, error) {
	by := o.official(0, func(p official) bool { return p.org == f.owner })
	a, err := o.ask("look", by.token, http.MethodGet, f.path+"/"+f.id, nil, "")
	if err != nil {
		return "", "", err
	}
	listing, _ := a.body["listing"].(object)
	state, _ := listing["state"].(string)
	return ground.State(state), a.tag, nil
}

// next are the doors that lead on from a state.
var next = map[ground.State][]string{
	"draft": {"warning", "notice"}, "warned": {"proposal", "signature", "proposal", "application"}, "applied": {"proposal", "signature"},
	"notified": {"decision", "statement"}, "stated": {"answer"}, "answered": {"decision"},
	"decided": {"service"}, "served": {"publication"}, "grace": {"publication"},
}

// goOn leads a case on by one door, as it ought to be or spoilt, by who may or by anybody.
func (o *office) goOn(c claim) error {
	if len(o.files) == 0 {
		return nil
	}
	f := o.files[c.A%len(o.files)]
	state, tag, err := o.state(f)
	if err != nil {
		return err
	}
	var doors []string
	for _, door := range next[state] {
		if slices.Contains(o.doors(), door) {
			doors = append(doors, door)
		}
	}
	if len(doors) == 0 {
		return nil
	}
	if door := doors[c.B%len(doors)]; door == "signature" && state == "warned" {
		if _, proposed := f.last("proposal"); proposed == 0 {
			return o.knock(f, c, "proposal", tag)
		}
		return o.knock(f, c, door, tag)
	} else {
		return o.knock(f, c, door, tag)
	}
}

func (o *office) doors() []string {
	if o.ofCourts {
		return []string{"warning", "application", "proposal", "signature", "service", "publication"}
	}
	return []string{"notice", "statement", "answer", "decision", "service", "publication"}
}

// anyDoor knocks at any door of any case.
func (o *office) anyDoor(c claim) error {
	if len(o.files) == 0 {
		return nil
	}
	f := o.files[c.A%len(o.files)]
	_, tag, err := o.state(f)
	if err != nil {
		return err
	}
	return o.knock(f, c, o.doors()[c.B%6], tag)
}

// who may knock at a door.
func (o *office) who(f *file, door string, n int) official {
	roles := []enforcement.Role{enforcement.Clerk, enforcement.Judge, enforcement.DepartmentClerk, enforcement.DepartmentReviewer}
	switch door {
	case "proposal", "correction", "correction/data", "deletion", "revocation":
		roles = []enforcement.Role{enforcement.Judge, enforcement.DepartmentReviewer}
	case "signature":
		roles = []enforcement.Role{enforcement.President}
	case "resumption":
		roles = []enforcement.Role{enforcement.Judge, enforcement.President, enforcement.DepartmentReviewer}
	case "decision":
		roles = []enforcement.Role{enforcement.DepartmentReviewer}
	}
	return o.official(n, of(f.owner, roles...))
}

// request is what a door asks for.
func (o *office) request(f *file, c claim, door string) object {
	today, n := o.Day(), len(f.acts)
	switch door {
	case "warning":
		b := object{"served_on": today.AddDays(-(c.How % 3)), "risk_warning": true, "perform_within_days": 3 + c.B%9, "document": pdf(door, n)}
		if c.How%4 == 0 {
			b["receipt"] = pdf("receipt", n)
		}
		return b
	case "application":
		return object{"received_on": today, "document": pdf(door, n)}
	case "proposal":
		b := object{"number": fmt.Sprintf("（2025）桂0103执%d号之一", 1+n), "reasons": "演示：有履行能力而拒不履行，事实清楚", "own_motion_reason": "演示：转移财产，依职权列入", "document": pdf(door, n)}
		if !slices.Equal(f.conducts, []int{1}) {
			b["term_until"] = today.AddYears(1)
		}
		return b
	case "service":
		manner := []string{"direct", "direct", "leaving", "electronic", "mail", "announcement"}[c.How%6]
		return o.byManner(object{"manner": manner, "on": today, "enclosures": ground.Enclosures(), "document": pdf(door, n)}, n)
	case "notice":
		b := object{"manner": "direct", "served_on": today.AddDays(-(c.How % 3)), "contents": []string{"cause", "basis", "rights"}, "document": pdf(door, n)}
		if c.How%4 == 0 {
			b["receipt"] = pdf("receipt", n)
		}
		return b
	case "statement":
		return object{"received_on": today, "text": "演示：并无此事，请予核实", "document": pdf(door, n)}
	case "answer":
		return object{"text": "演示：经核实，所述不能成立", "upheld": false, "document": pdf(door, n)}
	case "decision":
		return object{"number": fmt.Sprintf("演示决字〔2025〕%d号", 1+n), "reasons": "演示：欺诈若干次，事实清楚", "removal_conditions": "演示：纠正并经核实", "remedies": "演示：可以申请行政复议", "document": pdf(door, n)}
	case "resumption":
		return object{"reasons": "演示：已经核实，确系本人", "document": pdf(door, n)}
	}
	return nil
}

// byManner adds what some manners of service need beside what proves it.
func (o *office) byManner(b object, n int) object {
	switch b["manner"] {
	case ground.ServedElectronically:
		b["consent_document"] = pdf("consent", n)
	case ground.ServedByAnnouncement:
		b["search_document"], b["last_posted_on"] = pdf("search", n), b["on"]
	}
	return b
}

// proofsOf are the papers of the facts of some grounds.
func proofsOf(conducts []int) (list []object) {
	for _, c := range conducts {
		for _, f := range listing.FactPapers(listing.Conduct(c)) {
			list = append(list, object{"purpose": f.Purpose, "document": pdf(string(f.Purpose), c)})
		}
	}
	return list
}

// knock makes one request of a case; a claim of every tenth is anybody's.
func (o *office) knock(f *file, c claim, door, tag string) error {
	by := o.who(f, door, c.Whose)
	if c.Spoilt == 5 {
		by = o.people[c.Whose%len(o.people)]
	}
	body := o.spoil(c, o.request(f, c, door))
	made, err := o.claim(door, by, f.path+"/"+f.id+"/"+door, body, tag)
	if err == nil && made.ok() {
		f.acts = append(f.acts, act{door, by, body, o.Day()})
	}
	return err
}

// claim is a request whose refusal is a fair answer and has a code in both languages.
func (o *office) claim(door string, by official, path string, body object, tag string) (answer, error) {
	var sent any
	if body != nil {
		sent = body
	}
	a, err := o.ask(door, by.token, http.MethodPost, path, sent, tag)
	if err != nil || a.ok() {
		return a, err
	}
	if code, _ := a.body["code"].(string); code == "" || strings.TrimSpace(a.text) == "" {
		return a, fmt.Errorf("%s: refused without a code: %d %s", path, a.status, a.text)
	}
	return a, nil
}
