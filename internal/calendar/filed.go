package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"concordat/memoranda/day"
)

// Filed is a notice as somebody files it: the State Council's of a year, or a region's; one
// of the two is set.
type Filed struct {
	// Amends is the reference of the notice that this one takes the place of; empty: the
	// year had none.
	Amends   string
	National *Notice
	Regional *RegionalNotice
}

// RegionalNotice is what a region says of its own days in one year.
type RegionalNotice struct {
	RegionalYear

	Region, Name, Basis string
	Published           day.Day

	season [2]monthDay
}

// Region is the region's GB/T 2260 code, empty for the nation.
func (f *Filed) Region() string {
	if f.Regional != nil {
		return f.Regional.Region
	}
	return ""
}

// Year is the year it speaks of.
func (f *Filed) Year() int {
	if f.Regional != nil {
		return f.Regional.Year
	}
	return f.National.Year
}

// Reference is the notice's document number.
func (f *Filed) Reference() string {
	if f.Regional != nil {
		return f.Regional.Reference
	}
	return f.National.Reference
}

// Published is the day on which it was published.
func (f *Filed) Published() day.Day {
	if f.Regional != nil {
		return f.Regional.Published
	}
	return f.National.Published
}

// Told says all of it in one line, for whoever confirms it.
func (f *Filed) Told() string {
	var off []string
	var worked []day.Day
	if n := f.National; n != nil {
		for _, s := range n.Off {
			off = append(off, fmt.Sprintf("%s %s..%s", s.Name, s.From, s.To))
		}
		worked = n.Worked
	} else {
		off, worked = joined(f.Regional.Off), f.Regional.Worked
	}
	whose := "national"
	if f.Regional != nil {
		whose = "region " + f.Regional.Region
	}
	told := fmt.Sprintf("%d, %s, %s of %s: off %s; worked %s", f.Year(), whose, f.Reference(), f.Published(), strings.Join(off, ", "), strings.Join(joined(worked), ", "))
	if f.Amends != "" {
		told += "; in place of " + f.Amends
	}
	return told
}

func joined(days []day.Day) []string {
	list := make([]string, len(days))
	for i, d := range days {
		list[i] = d.String()
	}
	return list
}

// ParseFiled reads one notice from YAML: a national one in the form of [ParseNotice], a
// regional one in this, all of it required:
//
//	region: "45"
//	name: 壮族三月三
//	basis: 自治区人民政府令第98号
//	season: {from: 03-20, to: 04-30} # in which its days can lie
//	year: 2027
//	reference: 桂政办电〔2027〕1号
//	published: 2027-03-01
//	evidence: where the text was read
//	off: [2027-04-08, 2027-04-09]
//	worked: []
//
// Either may say under amends which notice it takes the place of, by reference. It is held
// against what is known: a year that is known is changed by a notice that names the one in
// force and by no other, and no day at the turn of a year is off by one notice and worked by
// its neighbour. Where nil is known it is read alone. The error joins every mistake found, each
// a *Mistake with its line.
func ParseFiled(name string, data []byte, known *Shelf) (Filed, error) {
	r := &reader{file: name}
	root := r.root(data)
	if root == nil {
		return Filed{}, r.err()
	}
	var filed Filed
	var f map[string]ast.Node
	if r.has(root, "region") {
		f = r.fields(root, []string{"amends"}, "region", "name", "basis", "season", "year", "reference", "published", "evidence", "off", "worked")
		filed.Regional = r.regionalNotice(root, f)
	} else {
		f = r.fields(root, []string{"amends"}, nationalFields...)
		n := r.notice(f)
		filed.National = &n
	}
	filed.Amends = r.text(f["amends"])
	if len(r.mistakes) == 0 && known != nil {
		r.place(filed.against(*known), filed.National, f)
	}
	if err := r.err(); err != nil {
		return Filed{}, err
	}
	return filed, nil
}

func (r *reader) regionalNotice(root ast.Node, f map[string]ast.Node) *RegionalNotice {
	n := &RegionalNotice{
		RegionalYear: r.regionalFields(root, f), Region: r.text(f["region"]), Name: r.text(f["name"]), Basis: r.text(f["basis"]), Published: r.day(f["published"]),
	}
	n.Reference = r.text(f["reference"])
	if s := f["season"]; s != nil {
		season := r.fields(s, nil, "from", "to")
		n.season = [2]monthDay{r.monthDay(season["from"]), r.monthDay(season["to"])}
	}
	if digits := strings.Trim(n.Region, "0123456789"); digits != "" || len(n.Region) > 6 {
		r.add(f["region"], "%q is no GB/T 2260 code", n.Region)
	}
	for _, list := range []struct {
		field string
		days  []day.Day
	}{{"off", n.Off}, {"worked", n.Worked}} {
		for i, d := range list.days {
			if !d.IsZero() && slices.Contains(list.days[:i], d) {
				r.add(f[list.field], "%s stands here twice", d)
			}
		}
	}
	if y, _, _ := n.Published.Date(); !n.Published.IsZero() && n.Year != 0 && y != n.Year && y != n.Year-1 {
		r.add(f["published"], "the date of publication is not in %d or %d", n.Year-1, n.Year)
	}
	if len(n.Off) == 0 {
		r.add(f["off"], "no day is off")
	}
	return n
}

func (f *Filed) against(known Shelf) []mistake {
	if r := f.Regional; r != nil {
		y, ok := known.Regions[r.Region].of(r.Year)
		if ok && y.Reference == "" { // known from hearsay
			ok = f.Amends != ""
		}
		return f.place(ok, y.Reference, sameDays(y.Off, r.Off) && sameDays(y.Worked, r.Worked))
	}
	n := f.National
	was, ok := known.notices[n.Year]
	found := f.place(ok, was.Reference, same(n, &was))
	for i, s := range n.Off {
		for d := s.From; d <= s.To; d = d.AddDays(1) {
			found = append(found, known.turns(n.Year, d, false, part{"off", i})...)
		}
	}
	for i, d := range n.Worked {
		found = append(found, known.turns(n.Year, d, true, part{"worked", i})...)
	}
	return found
}

// place weighs the year of a notice against one that is known, by its reference.
func (f *Filed) place(known bool, reference string, same bool) []mistake {
	at := part{"year", whole}
	switch {
	case !known && f.Amends != "":
		return []mistake{{part{"amends", whole}, fmt.Sprintf("nothing is known of %d that %s could be", f.Year(), f.Amends)}}
	case !known:
		return nil
	case same:
		return []mistake{{at, fmt.Sprintf("%d is known by %s, which says the same", f.Year(), reference)}}
	case f.Reference() == reference:
		return []mistake{{at, fmt.Sprintf("%d is known by %s, and this is said to be the same notice, with other days", f.Year(), reference)}}
	case f.Amends != reference:
		return []mistake{{at, fmt.Sprintf("%d is known by %s, which says otherwise: a notice that takes its place names it under amends", f.Year(), reference)}}
	}
	return nil
}

// turns finds a day at the turn of the year that a neighbouring year's notice has otherwise.
func (c *Calendar) turns(year int, d day.Day, worked bool, at part) (found []mistake) {
	for _, neighbour := range []int{year - 1, year + 1} {
		n, ok := c.notices[neighbour]
		if !ok {
			continue
		}
		marks := make(map[day.Day]bool)
		n.mark(marks)
		if other, marked := marks[d]; marked && other != worked {
			found = append(found, mistake{at, fmt.Sprintf("%s is %s here and %s by %s", d, offOr(worked), offOr(other), n.Reference)})
		}
	}
	return found
}

func offOr(worked bool) string {
	if worked {
		return "worked"
	}
	return "off"
}

// same reports whether two notices say the same of every day.
func same(a, b *Notice) bool {
	x, y := make(map[day.Day]bool), make(map[day.Day]bool)
	a.mark(x)
	b.mark(y)
	if len(x) != len(y) {
		return false
	}
	for d, worked := range x {
		if other, ok := y[d]; !ok || other != worked {
			return false
		}
	}
	return true
}

func sameDays(a, b []day.Day) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// Outdated reports whether what is known of the year was published after the notice.
func (f *Filed) Outdated(known Shelf) bool {
	if f.National == nil {
		return false
	}
	n, ok := known.notices[f.National.Year]
	return ok && n.Published > f.National.Published
}

// Changed is the first day of which a notice may say something else than was counted by
// until now: that of the turn of its year.
func (f *Filed) Changed() day.Day { return day.Of(f.Year()-1, time.December, turn) }
