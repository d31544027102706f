package courtfile

import (
	"errors"
	"slices"
	"strings"

	"concordat/enforcement/ground"
	"concordat/enforcement/intake"
	"concordat/enforcement/party"
	"concordat/internal/identifier"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// reading is one row, by field, while it is checked. The first fault stands.
type reading struct {
	cells    [fieldCount]cell
	kind     Kind
	from1904 bool
	fault    *fault
}

func (r *reading) fail(x *fault) {
	if r.fault == nil {
		r.fault = x
	}
}

// naming adds the field's name to the arguments of a fault.
func (x *fault) naming() *fault {
	x.args = map[string]string{"field": x.field.String()}
	return x
}

// check makes a record of a row, or says what is wrong with it.
func (f *File) check(from *row) (intake.Row, *fault) {
	r := reading{kind: f.kind, from1904: f.from1904}
	for i, place := range f.places {
		if place != unknown && i < len(from.cells) {
			r.cells[place] = from.cells[i]
		}
	}
	r.refuseDamage()
	if r.fault != nil {
		return intake.Row{}, r.fault
	}
	record := intake.Row{Line: from.line, Record: r.text(fieldRecord), Court: r.text(fieldCourt)}
	r.readSubject(&record.Subject)
	r.readCase(&record.Case)
	r.readFacts(&record)
	if f.kind == Takeover {
		record.Taken = r.readTaken()
	}
	return record, r.fault
}

// codes are the fields that hold numbers which a spreadsheet can spoil.
var codes = [...]field{fieldRecord, fieldNumber, fieldCase, fieldBasis, fieldDecision}

// refuseDamage looks for what spreadsheets do, before anything is read: there
// is no use in telling somebody that a date is missing when the number is gone.
func (r *reading) refuseDamage() {
	for f := range fieldCount {
		if f.in(r.kind) && !slices.Contains(unread[:], f) && formula(f, r.cells[f]) {
			r.fail(wrong(f, CodeFormula))
			return
		}
	}
	for _, f := range codes {
		if code := spreadsheetDamage(r.cells[f]); code != "" {
			r.fail(wrong(f, code))
			return
		}
	}
}

// unread are the fields that say nothing the number does not say, or nothing
// that is kept.
var unread = [...]field{fieldSex, fieldAge, fieldArea}

// prose are the fields in which plus or minus can stand first.
var prose = [...]field{fieldDuty, fieldPerformed, fieldUnperformed, fieldEndReason}

// formula reports whether a cell is a formula, or a text that becomes one when
// it is next opened. A sign for nothing is none.
func formula(f field, c cell) bool {
	switch {
	case c.kind == formulaCell:
		return true
	case nothing(c.text) || !formulaMark(c.text):
		return false
	case slices.Contains(prose[:], f):
		return c.text[0] != '-' && c.text[0] != '+'
	}
	return true
}

// text reads a field as clean text; one that must be filled in is refused when
// it is empty, and a sign for nothing is nothing in the others.
func (r *reading) text(f field) string {
	text, bad := cleanText(f, strings.TrimSpace(r.cells[f].text))
	if bad != nil {
		r.fail(bad)
		return ""
	}
	if nothing(text) {
		text = ""
	}
	if f.must(r.kind) && !strings.ContainsFunc(text, telling) {
		r.fail(wrong(f, CodeMissing).naming())
	}
	return text
}

// word reads a field that is one of a few words.
func (r *reading) word(f field) string {
	text := strings.TrimSpace(narrow(r.cells[f].text))
	if nothing(text) {
		return ""
	}
	return text
}

// date reads a day; one that must be there is refused when it is empty.
func (r *reading) date(f field) day.Day {
	c := r.cells[f]
	text := strings.TrimSpace(c.text)
	if nothing(text) {
		if f.must(r.kind) {
			r.fail(wrong(f, CodeMissing).naming())
		}
		return 0
	}
	var on day.Day
	var ok bool
	if c.kind == numberCell {
		on, ok = parseSerial(text, r.from1904)
	} else {
		on, ok = parseDate(text)
	}
	if !ok {
		r.fail(wrong(f, CodeDate))
	}
	return on
}

func (r *reading) name(f field) string {
	text := strings.TrimSpace(r.cells[f].text)
	if nothing(text) {
		if f.must(r.kind) {
			r.fail(wrong(f, CodeMissing).naming())
		}
		return ""
	}
	if strings.ContainsRune(text, '\ufffd') {
		r.fail(wrong(f, CodeEncoding))
		return ""
	}
	name, err := identifier.ParseName(text)
	if bad, ok := errors.AsType[*identifier.Error](err); ok {
		r.fail(&fault{field: f, code: bad.Code, args: bad.Args})
	}
	return name
}

// region reads an area code, whole or shortened: 450100 is 4501.
func (r *reading) region() string {
	text := strings.TrimSpace(r.cells[fieldRegion].text)
	if nothing(text) {
		return ""
	}
	code := text
	for len(code) > 2 && strings.HasSuffix(code, "00") {
		code = code[:len(code)-2]
	}
	if len(text)%2 != 0 || len(text) > 6 || len(code) < 2 || code[0] < '1' || code[0] > '8' || strings.Trim(code, "0123456789") != "" {
		r.fail(wrong(fieldRegion, "subject.region"))
	}
	return code
}

func (r *reading) readSubject(into *party.Identity) {
	into.Name = r.name(fieldName)
	r.readNumber(into)
	into.Head = r.name(fieldHead)
	into.Birth = r.date(fieldBirth)
	into.Region = r.region()
	if r.fault != nil {
		return
	}
	number := identifier.Identifier{Kind: into.NumberKind, Number: into.Number, State: into.State}
	if birth, ok := number.Birth(); ok {
		if !into.Birth.IsZero() && into.Birth != birth {
			r.fail(wrong(fieldBirth, "subject.identity"))
		}
		into.Birth = birth
	}
	switch {
	case into.Kind != memoranda.NaturalPerson:
		into.Birth = 0
	case into.Birth.IsZero():
		r.fail(wrong(fieldBirth, "subject.birth-missing"))
	default:
		into.Head = "" // published records leave it empty; a person has none
	}
}

func (r *reading) readCase(into *party.Case) {
	text := strings.TrimSpace(r.cells[fieldCase].text)
	if text == "" {
		r.fail(wrong(fieldCase, CodeMissing).naming())
		return
	}
	number, err := identifier.ParseCaseNumber(text)
	if err != nil {
		r.fail(wrong(fieldCase, identifier.CodeCaseNumber))
	}
	into.Number = number.String()
	into.FiledOn = r.date(fieldFiled)
	into.BasisDocument = r.text(fieldBasis)
	into.BasisUnit = r.text(fieldBasisUnit)
}

// performances are the states of performance as the courts' list words them.
var performances = map[string]string{
	"全部未履行": "none", "未履行": "none", "全未履行": "none", "none": "none",
	"部分未履行": "part", "部分履行": "part", "部分已履行": "part", "part": "part",
	"全部已履行": "all", "全部履行": "all", "已履行": "all", "已全部履行": "all", "履行完毕": "all", "全部履行完毕": "all", "all": "all",
}

func (r *reading) readFacts(into *intake.Row) {
	into.Facts.Obligation = r.text(fieldDuty)
	performance := r.text(fieldPerformance)
	conduct := r.text(fieldConduct)
	performed, unperformed := r.text(fieldPerformed), r.text(fieldUnperformed)
	if r.fault != nil {
		return
	}
	var ok bool
	if into.Facts.Performed, ok = performances[performance]; !ok {
		r.fail(wrong(fieldPerformance, CodePerformance))
	}
	if into.Conducts, ok = parseConducts(conduct); !ok {
		r.fail(wrong(fieldConduct, CodeConduct))
	}
	into.Facts.Conduct = conduct
	// How far the obligation is performed is an item of Art. 6 of its own; the
	// record keeps it with the obligation.
	if performed != "" {
		into.Facts.Obligation += "\n已履行：" + performed
	}
	if unperformed != "" {
		into.Facts.Obligation += "\n未履行：" + unperformed
	}
}

// manners are the manners of service in words.
var manners = map[string]string{
	"直接送达": ground.ServedDirectly, "直接": ground.ServedDirectly,
	"留置送达": ground.ServedByLeaving, "留置": ground.ServedByLeaving,
	"电子送达": ground.ServedElectronically, "电子": ground.ServedElectronically,
	"邮寄送达": ground.ServedByMail, "邮寄": ground.ServedByMail,
	"公告送达": ground.ServedByAnnouncement, "公告": ground.ServedByAnnouncement,
}

func (r *reading) readTaken() *intake.TakenOver {
	t := &intake.TakenOver{
		DecisionNumber: r.text(fieldDecision), DecidedOn: r.date(fieldDecided), SignedBy: r.text(fieldSigner),
		ServedOn: r.date(fieldServed), RepairNotice: r.date(fieldRepairNotice), TermUntil: r.date(fieldTerm),
		PublishedOn: r.date(fieldPublished), WarnedOn: r.date(fieldWarned), EndedOn: r.date(fieldEnded), EndReason: r.text(fieldEndReason),
	}
	t.Manner = r.word(fieldManner)
	if manner, ok := manners[t.Manner]; ok {
		t.Manner = manner
	}
	lawful := []string{
		"", ground.ServedDirectly, ground.ServedByLeaving, ground.ServedElectronically, ground.ServedByMail, ground.ServedByAnnouncement,
	}
	if !slices.Contains(lawful, t.Manner) {
		r.fail(wrong(fieldManner, "service.manner"))
	}
	return t
}
