package notify_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/enforcement/register"
	"concordat/memoranda/day"
	"concordat/notify"
	"concordat/notify/wire"
)

var update = flag.Bool("update", false, "write the golden files anew")

func mustID(text string) enforcement.ID { return enforcement.ID(uuid.MustParse(text)) }

// letters are the kinds of directive a message can carry, with made-up people.
func letters(r *register.Offices) []directive.Item {
	funds, _ := r.Plans.MeasureNumber(plan.MeasureName{Memorandum: "judgment-debtor-141", Slug: "securities-futures-fund-setup"})
	company := party.Identity{Kind: "legal-person", Name: `演示"甲"公司`, NumberKind: "uscc", Number: "91450100MA0DEMO000"}
	adult := party.Identity{Kind: "natural-person", Name: "演示一", NumberKind: "passport", State: "SGP", Number: "E1234567", Birth: day.Of(1980, 1, 2)}
	child := party.Identity{Kind: "natural-person", Name: "演示童", NumberKind: "passport", State: "SGP", Number: "E7654321", Birth: day.Of(2018, 1, 2)}
	ground := directive.Ground{Kind: "listing", ListType: "judgment-debtor", Reference: "(2025)桂0103执1号之一", DecidedOn: day.Of(2025, 9, 1), Owner: "qingxiu-court", CaseNumber: "(2025)桂0103执1号"}
	return []directive.Item{
		{Directive: mustID("01990000-0000-7000-8000-000000000001"), Version: 1, Kind: directive.Impose, Measures: []int16{funds}, ValidUntil: day.Of(2027, 9, 1), Subject: company, Ground: ground},
		{Directive: mustID("01990000-0000-7000-8000-000000000002"), Version: 2, Kind: directive.Withdraw, Measures: []int16{}, Subject: adult, Ground: ground},
		{Directive: mustID("01990000-0000-7000-8000-000000000003"), Version: 1002, Kind: directive.Withdraw, Measures: []int16{}, Subject: child, Ground: ground},
	}
}

func TestMessageFormat(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	encode := notify.Encoder(b.Offices, b.Config.Catalogue, b.Day())
	items := letters(b.Offices)
	body := encode(nil, "dept-tax", directive.Bulk, time.Date(2025, 9, 1, 2, 0, 0, 0, time.UTC), items)

	m, err := wire.ParseMessage("attempt", body)
	if err != nil {
		t.Fatal(err)
	}
	// What is written by hand is what the type says.
	standard, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var one, two any
	if err := json.Unmarshal(body, &one); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(standard, &two); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(two, one); diff != "" {
		t.Error(diff)
	}
	if m.Directives[2].Subject != (wire.Subject{}) || bytes.Contains(body, []byte("演示童")) {
		t.Error("a child's name left")
	}
	for _, name := range m.Directives[0].Measures {
		if words, ok := m.Measures[name]; !ok || words.ZH == "" || len(words.Basis) == 0 {
			t.Errorf("measure %s is not explained: %+v", name, words)
		}
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, body, "", "  "); err != nil {
		t.Fatal(err)
	}
	golden(t, "message.json", append(pretty.Bytes(), '\n'))
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("the format has changed (go test ./notify -update writes it anew):\n%s", diff)
	}
}

func BenchmarkEncode(b *testing.B) {
	bundle := enforcetest.Setup(b)
	encode := notify.Encoder(bundle.Offices, bundle.Config.Catalogue, bundle.Day())
	items := make([]directive.Item, 1000)
	for i := range items {
		items[i] = letters(bundle.Offices)[0]
		items[i].Measures = []int16{1, 2, 3}
	}
	var buf []byte
	for b.Loop() {
		buf = encode(buf[:0], "dept-tax", directive.Bulk, bundle.At(), items)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/directive")
	b.ReportMetric(float64(len(buf))/1000, "B/directive")
}

func BenchmarkReceive(b *testing.B) {
	bundle := enforcetest.Setup(b)
	encode := notify.Encoder(bundle.Offices, bundle.Config.Catalogue, bundle.Day())
	items := make([]directive.Item, 1000)
	for i := range items {
		items[i] = letters(bundle.Offices)[0]
		items[i].Directive, items[i].Measures = enforcement.NewID(), []int16{1, 2, 3}
	}
	body := encode(nil, "dept-tax", directive.Bulk, bundle.At(), items)
	for b.Loop() {
		if _, err := wire.ParseMessage("x", body); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/directive")
}
