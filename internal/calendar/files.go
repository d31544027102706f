package calendar

import (
	"fmt"
	"slices"
	"time"

	"github.com/goccy/go-yaml/ast"

	"concordat/memoranda/day"
)

// ParseNotice reads one year's notice from YAML; name is the file's name for
// messages. The fields, all of them required:
//
//	year: 2026
//	reference: 国办发明电〔2025〕7号
//	published: 2025-11-04
//	evidence: where the text was read
//	off:                 # rows of days off, both ends included
//	  - name: 元旦
//	    from: 2026-01-01
//	    to: 2026-01-03
//	worked: [2026-01-04] # weekend days that are worked
//
// The error joins every mistake found, each a *Mistake with its line: unknown,
// missing and repeated fields, dates that do not exist, days off and worked at
// once, make-up days that are no weekend days, statutory holidays left out.
func ParseNotice(name string, data []byte) (Notice, error) {
	r := &reader{file: name}
	root := r.root(data)
	if root == nil {
		return Notice{}, r.err()
	}
	n := r.notice(r.fields(root, nil, nationalFields...))
	if err := r.err(); err != nil {
		return Notice{}, err
	}
	return n, nil
}

// nationalFields are those of a year's notice.
var nationalFields = []string{"year", "reference", "published", "evidence", "off", "worked"}

// notice reads a year's notice and what it as a whole gets wrong.
func (r *reader) notice(f map[string]ast.Node) Notice {
	n := Notice{
		Year:      r.year(f["year"]),
		Reference: r.text(f["reference"]),
		Published: r.day(f["published"]),
		Evidence:  r.text(f["evidence"]),
		Worked:    r.days(f["worked"]),
	}
	for _, item := range r.list(f["off"]) {
		n.Off = append(n.Off, r.span(item))
	}
	if len(r.mistakes) == 0 || n.Year != 0 {
		r.place(n.mistakes(), &n, f)
	}
	return n
}

func (r *reader) span(n ast.Node) Span {
	f := r.fields(n, nil, "name", "from", "to")
	return Span{Name: r.text(f["name"]), From: r.day(f["from"]), To: r.day(f["to"])}
}

// place adds what a notice as a whole gets wrong, at the line of the field or item; lines
// that could not be read are not reported twice. A regional notice is nil.
func (r *reader) place(found []mistake, n *Notice, f map[string]ast.Node) {
	unread := make(map[int]bool)
	for _, m := range r.mistakes {
		unread[m.Line] = true
	}
	for _, m := range found {
		at := f[m.at.field]
		if items, ok := at.(*ast.SequenceNode); ok && m.at.item != whole && m.at.item < len(items.Values) {
			at = items.Values[m.at.item]
		}
		if n != nil && m.at.field == "off" && m.at.item != whole && n.Off[m.at.item].open() {
			continue
		}
		if at == nil || unread[at.GetToken().Position.Line] {
			continue
		}
		r.add(at, "%s", m.text)
	}
}

// ParseRegional reads a region's days from YAML, in the form of the file
// data/guangxi.yaml. They extend subjects' periods only: see Extending. The
// error joins every mistake found, each a *Mistake with its line.
func ParseRegional(name string, data []byte) (*Regional, error) {
	r := &reader{file: name}
	root := r.root(data)
	if root == nil {
		return nil, r.err()
	}
	f := r.fields(root, nil, "region", "name", "basis", "season", "years")
	season := map[string]ast.Node{}
	if f["season"] != nil {
		season = r.fields(f["season"], nil, "from", "to")
	}
	regional := &Regional{
		region:  r.text(f["region"]),
		name:    r.text(f["name"]),
		basis:   r.text(f["basis"]),
		season:  [2]monthDay{r.monthDay(season["from"]), r.monthDay(season["to"])},
		years:   make(map[int]RegionalYear),
		extends: []Owner{Subject},
	}
	for _, item := range r.list(f["years"]) {
		y := r.regionalYear(item)
		if _, twice := regional.years[y.Year]; twice && y.Year != 0 {
			r.add(item, "the year %d stands here twice", y.Year)
		}
		regional.years[y.Year] = y
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	return regional, nil
}

func (r *reader) regionalYear(n ast.Node) RegionalYear {
	return r.regionalFields(n, r.fields(n, nil, "year", "off", "worked", "evidence"))
}

// regionalFields reads what a region says of one year; n is the place of what is wrong with
// it as a whole.
func (r *reader) regionalFields(n ast.Node, f map[string]ast.Node) RegionalYear {
	y := RegionalYear{
		Year:     r.year(f["year"]),
		Off:      r.days(f["off"]),
		Worked:   r.days(f["worked"]),
		Evidence: r.text(f["evidence"]),
	}
	for _, d := range y.Worked {
		if !d.IsZero() && d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
			r.add(f["worked"], "%s is a %s, not a weekend day", d, d.Weekday())
		}
		if slices.Contains(y.Off, d) {
			r.add(f["worked"], "%s is off and worked", d)
		}
	}
	for _, d := range slices.Concat(y.Off, y.Worked) {
		if year, _, _ := d.Date(); !d.IsZero() && y.Year != 0 && year != y.Year {
			r.add(n, "%s is not in %d", d, y.Year)
		}
	}
	return y
}

// embeddedEstimates reads the statutory days of years without a notice.
func embeddedEstimates() (map[day.Day]bool, error) {
	const name = "data/estimates.yaml"
	raw, err := data.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read estimates: %w", err)
	}
	r := &reader{file: name}
	estimated := make(map[day.Day]bool)
	for _, item := range r.list(r.root(raw)) {
		f := r.fields(item, nil, "year", "days")
		year := r.year(f["year"])
		for _, d := range r.days(f["days"]) {
			if y, _, _ := d.Date(); y != year {
				r.add(f["days"], "%s is not in %d", d, year)
			}
			estimated[d] = true
		}
	}
	if err := r.err(); err != nil {
		return nil, fmt.Errorf("parse estimates: %w", err)
	}
	return estimated, nil
}
