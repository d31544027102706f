package calendar

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// madeNotice2027 is invented: the real one was not out.
const madeNotice2027 = `year: 2027
reference: made for this test
published: 2026-11-20
evidence: invented
off:
  - name: 元旦
    from: 2026-12-31
    to: 2027-01-03
  - {name: 春节, from: 2027-02-05, to: 2027-02-11}
  - {name: 劳动节, from: 2027-05-01, to: 2027-05-05}
  - {name: 国庆节, from: 2027-10-01, to: 2027-10-07}
worked:
  - 2026-12-27
  - 2027-02-14
`

func TestNoticeReachesNoFurtherThanTheTurnOfTheYear(t *testing.T) {
	t.Parallel()
	if _, err := ParseNotice("n", []byte(madeNotice2027)); err != nil {
		t.Error(err)
	}
	_, err := ParseNotice("n", []byte(strings.Replace(madeNotice2027, "2026-12-27", "2026-12-20", 1)))
	if err == nil || !strings.Contains(err.Error(), "n:13:5: 2026-12-20 does not belong") {
		t.Errorf("got %v", err)
	}
}

func TestParseNoticeReportsEveryMistake(t *testing.T) {
	t.Parallel()
	const text = `year: 2027
reference: ""
published: 2025-11-20
evidences: invented
off:
  - name: 元旦
    from: 2027-01-01
    to: 2027-01-03
  - name: 春节
    from: 2027-02-05
    to: 2027-02-31
  - name: 国庆节
    from: 2027-10-01
    to: 2027-10-07
    days: 7
  - name: 中秋节
    from: 2027-10-07
    to: 2027-10-06
worked:
  - 2027-10-01
  - 2027-10-12
  - 2028-01-01
  - 2027-10-09
  - 2027-10-09
year: 2028
`
	_, err := ParseNotice("2027.yaml", []byte(text))
	if !errors.Is(err, ErrFile) {
		t.Fatalf("got %v, want ErrFile", err)
	}
	want := []string{
		`2027.yaml:1:1: the field "evidence" is missing`,
		`2027.yaml:2:12: a text is expected here`,
		`2027.yaml:3:12: the date of publication is not in 2026 or 2027`,
		`2027.yaml:4:1: "evidences" is not a field here`,
		`2027.yaml:6:3: the statutory holiday 2027-05-01 is not off`,
		`2027.yaml:11:9: "2027-02-31": not a date of the form YYYY-MM-DD`,
		`2027.yaml:15:5: "days" is not a field here`,
		`2027.yaml:16:5: 2027-10-07 to 2027-10-06 is not a row of days off`,
		`2027.yaml:20:5: 2027-10-01 is off and worked`,
		`2027.yaml:21:5: 2027-10-12 is a Tuesday, not a weekend day`,
		`2027.yaml:22:5: 2028-01-01 does not belong to the notice of 2027`,
		`2027.yaml:24:5: 2027-10-09 is worked twice`,
		`2027.yaml:25:1: "year" stands here twice`,
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Error(diff)
	}
}

func TestParseNoticeSyntax(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                             "one YAML document",
		"year: [":                      "not YAML",
		"- 1":                          "fields are expected",
		"year: 2027\n---\nyear: 1":     "one YAML document",
		"year: twenty":                 "a year is expected",
		"off: 3":                       "a list is expected",
		"off: [3]":                     "fields are expected",
		"worked: [{a: 1}]":             "a text is expected",
		"reference: &a [*a]":           "a text is expected",
		strings.Repeat("#", maxFile+1): "more than",
	} {
		_, err := ParseNotice("n", []byte(text))
		if !errors.Is(err, ErrFile) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %q", text, err, want)
		}
	}
}

func TestNoticeValidate(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	good, ok := c.Notice(2026)
	if !ok || good.Validate() != nil {
		t.Fatalf("the notice for 2026: %v, %v", ok, good.Validate())
	}
	for name, spoil := range map[string]func(*Notice){
		"no year":         func(n *Notice) { n.Year = 0 },
		"another year":    func(n *Notice) { n.Year = 2027 },
		"no reference":    func(n *Notice) { n.Reference = "" },
		"no evidence":     func(n *Notice) { n.Evidence = "" },
		"no publication":  func(n *Notice) { n.Published = 0 },
		"no holidays":     func(n *Notice) { n.Off = nil },
		"nameless":        func(n *Notice) { n.Off[0].Name = "" },
		"open row":        func(n *Notice) { n.Off[0].To = 0 },
		"row turned":      func(n *Notice) { n.Off[0].To = n.Off[0].From - 1 },
		"long row":        func(n *Notice) { n.Off[0].To, n.Worked = n.Off[0].From+maxSpan, nil },
		"off twice":       func(n *Notice) { n.Off = append(n.Off, n.Off[0]) },
		"off and worked":  func(n *Notice) { n.Worked[0] = n.Off[0].From },
		"worked twice":    func(n *Notice) { n.Worked = append(n.Worked, n.Worked[0]) },
		"worked weekday":  func(n *Notice) { n.Worked[0] = d(t, "2026-03-04") },
		"worked never":    func(n *Notice) { n.Worked[0] = 0 },
		"worked too late": func(n *Notice) { n.Worked[0] = d(t, "2027-01-02") },
	} {
		bad, _ := c.Notice(2026)
		spoil(&bad)
		if _, err := c.With(bad); !errors.Is(err, ErrNotice) {
			t.Errorf("%s: %v, want ErrNotice", name, err)
		}
	}
}

func FuzzParseNotice(f *testing.F) {
	f.Add(madeNotice2027)
	f.Add("year: 2027\noff: [{name: a, from: 2027-01-01, to: 9999-01-01}]")
	f.Add("off:\n  - *a\n? [b]\n: c")
	f.Add("a: &x !!str 1\n<<: *x")
	for _, name := range []string{"data/2023.yaml", "data/guangxi.yaml", "data/estimates.yaml"} {
		raw, err := data.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(raw))
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := ParseNotice("n", []byte(text))
		if err == nil && n.Validate() != nil {
			t.Errorf("read, but not valid: %v", n.Validate())
		}
		if err != nil && !errors.Is(err, ErrFile) {
			t.Errorf("an error without a place: %v", err)
		}
		if r, err := ParseRegional("n", []byte(text)); (err == nil) == (r == nil) {
			t.Errorf("%v and %v", r, err)
		}
	})
}
