package printed

import (
	"bytes"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"concordat/memoranda"
	"concordat/memoranda/day"
	"concordat/memoranda/memorandatest"
)

var on = day.Of(2025, 9, 1)

func embedded(t *testing.T) *memoranda.Catalogue {
	t.Helper()
	c, err := memoranda.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func pageOf(t *testing.T, p *Printer, m *memoranda.Memorandum) string {
	t.Helper()
	var b bytes.Buffer
	if err := p.Page(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func printer(t *testing.T, c *memoranda.Catalogue, attested *memoranda.Attestations) *Printer {
	t.Helper()
	p, err := New(c, attested, on)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// foreign is what would make a page load something or run something.
var foreign = regexp.MustCompile(`(?i)<script|<link|<img|<iframe|<object|\bsrc=|\bhref=|url\(|@import|https?:|\son[a-z]+=|javascript:`)

// TestEveryPageStandsAlone: each edition has a page of its own name, which loads
// nothing, shows every measure, and says that nobody attested any.
func TestEveryPageStandsAlone(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	p := printer(t, c, nil)
	names := make(map[string]bool)
	for i := range c.Memoranda {
		m := &c.Memoranda[i]
		page := pageOf(t, p, m)
		if found := foreign.FindString(page); found != "" {
			t.Errorf("%s: %q stands in the page", m.Slug, found)
		}
		for _, one := range m.Measures {
			if !strings.Contains(page, `id="`+one.Slug+`"`) {
				t.Errorf("%s does not show %s", m.Slug, one.Slug)
			}
		}
		if got := strings.Count(page, "未经核定"); got != len(m.Measures) || strings.Contains(page, "<no value>") || strings.Contains(page, "演示") {
			t.Errorf("%s: %d of %d measures are said to be without attestation", m.Slug, got, len(m.Measures))
		}
		if !strings.Contains(page, "default-src &#39;none&#39;") && !strings.Contains(page, "default-src 'none'") {
			t.Errorf("%s: no policy", m.Slug)
		}
		if names[FileName(m)] {
			t.Errorf("%s stands for two editions", FileName(m))
		}
		names[FileName(m)] = true
	}
}

// TestPageOf141 holds what a lawyer looks for.
func TestPageOf141(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	m := c.Memorandum("judgment-debtor-141", "2016")
	attested, err := memoranda.DemonstrationAttestations(c)
	if err != nil {
		t.Fatal(err)
	}
	page := strings.Join(strings.Fields(pageOf(t, printer(t, c, attested), m)), " ")
	hash := c.EditionHash(m)
	for what, want := range map[string]string{
		"number": "发改财金〔2016〕141号", "successor": "→ 国家金融监督管理总局", "clause": "第二十五条",
		"article read":     `第178条第1款第5项</b> <span class="tags"><span>法律 <span lang="en">law</span></span><span class="good">条文已核对`,
		"article not read": "条文未核对", "title not read": "名称未核对", "attester": "2025-01-01 演示核定（仅供演示 (no lawyer)）", "mark": "演示 / DEMO",
		"held back": "未经核实 <span lang=\"en\">is not verified</span> <code>unverified</code>", "own order": "限制消费令 <span lang=\"en\">a consumption-restriction order",
		"never": "<code>never-by-directive</code>", "total": "<td>44</td></tr>", "basic list": "2024（已核定", "hash": fmt.Sprintf("%x", hash),
		"list": "失信被执行人", "not official": "不是官方编号",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%s: no %q", what, want)
		}
	}
}

// TestHostileTextsAreEscaped puts markup wherever a catalogue has free text.
func TestHostileTextsAreEscaped(t *testing.T) {
	t.Parallel()
	const hostile = `"</style></title><script>alert(1)</script><img src=x onerror='y'>&amp;"`
	files := fstest.MapFS{}
	for _, name := range []string{"bodies.yaml", "legal-bases.yaml", "list-types.yaml", "basic-list.yaml", "memorandum-00.yaml"} {
		text, err := fs.ReadFile(memorandatest.City(), name)
		if err != nil {
			t.Fatal(err)
		}
		quoted := "'" + strings.ReplaceAll(hostile, "'", "''") + "'"
		changed := regexp.MustCompile(`(zh|en|title): [^,}\n]+`).ReplaceAllString(string(text), "${1}: "+quoted)
		if name == "memorandum-00.yaml" {
			changed = strings.Replace(changed, "  edition: \"2019\"\n", "  edition: \"2019\"\n  number: "+quoted+"\n  note: "+quoted+
				"\n  not_encoded: [{zh: "+quoted+", en: "+quoted+"}]\n", 1)
		}
		files[name] = &fstest.MapFile{Data: []byte(changed)}
	}
	c, err := memoranda.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	page := pageOf(t, printer(t, c, nil), &c.Memoranda[0])
	if found := regexp.MustCompile(`(?i)<script|<img|</title></style|"</style>`).FindString(page); found != "" {
		t.Errorf("%q came through", found)
	}
	if got := strings.Count(page, "&lt;script&gt;"); got < 100 {
		t.Errorf("%d texts were shown, escaped", got)
	}
	if strings.Count(page, "</style>") != 1 || strings.Count(page, "</title>") != 1 {
		t.Error("the head was broken out of")
	}
}

// TestEveryWordIsThere: no value of the vocabulary is shown as its slug.
func TestEveryWordIsThere(t *testing.T) {
	t.Parallel()
	all := map[string]word{}
	add(all, "mode", modeWords, memoranda.Modes())
	add(all, "status", statusWords, memoranda.Statuses())
	add(all, "evidence", evidenceWords, memoranda.Evidences())
	add(all, "reach", reachWords, memoranda.Reaches())
	add(all, "territory", territoryWords, memoranda.Territories())
	add(all, "basis", basisWords, memoranda.BasisKinds())
	add(all, "ground", groundWords, memoranda.GroundKinds())
	add(all, "document", documentWords, memoranda.DocumentKinds())
	add(all, "list", listWords, memoranda.ListKinds())
	add(all, "class", classWords, memoranda.Classes())
	add(all, "unit", unitWords, memoranda.Units())
	add(all, "publication", publicationWords, memoranda.PublicationRules())
	add(all, "repair", repairWords, memoranda.RepairRules())
	add(all, "footing", footingWords, []memoranda.Footing{memoranda.FootingLawful, memoranda.FootingProvisional, memoranda.FootingNone})
	for name, w := range all {
		if w.ZH == "" || w.EN == "" {
			t.Errorf("%s has no words", name)
		}
	}
}

func add[T ~string](all map[string]word, kind string, words map[T]word, values []T) {
	for _, v := range values {
		all[kind+" "+string(v)] = words[v]
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	if _, err := New(c, nil, 0); err == nil {
		t.Error("a page of no day")
	}
	other, err := memoranda.Load(memorandatest.City())
	if err != nil {
		t.Fatal(err)
	}
	attested, err := memoranda.DemonstrationAttestations(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(other, attested, on); err == nil {
		t.Error("attestations of another catalogue")
	}
}
