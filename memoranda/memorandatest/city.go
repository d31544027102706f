package memorandatest

import (
	"fmt"
	"io/fs"
	"strings"
	"testing/fstest"
)

// The size of a real city's catalogue (泰安, 2019), which [City] has.
const (
	CityMemoranda   = 44
	CityDepartments = 35
	CityMeasures    = 1062 // rows: one measure of one memorandum
)

const (
	cityPunishing = 24 // list types
	cityRewarding = 6
	cityBases     = 40
)

var cityItems = []string{
	"entry-ban", "career-ban", "post-limit", "consumption-limit", "exit-ban", "schooling-limit", "fiscal-funds",
	"honours", "preferences", "priority-supervision", "publicity", "market-credit-report", "prudent-credit",
}

// City returns the files of a made catalogue of a city's size: [CityMemoranda]
// memoranda over thirty list types (one in ten has no footing), so that many list
// types stand under two of them, [CityDepartments] bodies, and [CityMeasures] measures of every mode, reach,
// territory, status and evidence. The same files each time.
func City() fs.FS {
	files := fstest.MapFS{}
	put := func(name, text string) { files[name] = &fstest.MapFile{Data: []byte(text)} }
	put("bodies.yaml", cityBodies())
	put("legal-bases.yaml", cityLegalBases())
	put("list-types.yaml", cityListTypes())
	put("basic-list.yaml", cityBasicList())
	for i := range CityMemoranda {
		put(fmt.Sprintf("memorandum-%02d.yaml", i), cityMemorandum(i))
	}
	return files
}

func cityBodies() string {
	var b strings.Builder
	b.WriteString("bodies:\n")
	for i := range CityDepartments {
		fmt.Fprintf(&b, "  - {slug: %s, zh: 第%d局, en: Bureau %d, evidence: seen}\n", department(i), i, i)
	}
	return b.String()
}

func department(i int) string { return fmt.Sprintf("bureau-%02d", i%CityDepartments) }

// cityLegalBases: of ten, six laws and regulations, two policies, one interpretation
// that began later and one departmental document, which carries nothing alone.
func cityLegalBases() string {
	kinds := []string{
		"law", "law", "law", "regulation", "regulation", "law",
		"central-policy", "state-council-policy", "judicial-interpretation", "departmental",
	}
	var b strings.Builder
	b.WriteString("legal_bases:\n")
	for i := range cityBases {
		place, days := fmt.Sprintf("article: 第%d条", i+1), ""
		if strings.HasSuffix(kinds[i%10], "policy") {
			place = fmt.Sprintf("clause: (一)%d", i+1)
		}
		switch i % 10 {
		case 3:
			days = ", from: 2019-05-01"
		case 5:
			days = fmt.Sprintf(", until: 20%02d-12-31", 20+max(1, i%7)) // none ends before what cites it begins
		case 8:
			days = fmt.Sprintf(", from: 20%02d-07-01", 17+i%7)
		}
		fmt.Fprintf(&b, "  - {slug: %s, title: 造法%d, kind: %s, %s%s, evidence: seen}\n", legalBasis(i), i, kinds[i%10], place, days)
	}
	return b.String()
}

func legalBasis(i int) string { return fmt.Sprintf("basis-%02d", i%cityBases) }

func cityListTypes() string {
	var b strings.Builder
	b.WriteString("list_types:\n")
	for i := range cityPunishing + cityRewarding {
		kind, authority := "punish", "department"
		if i == 0 {
			authority = "court"
		}
		if i >= cityPunishing {
			kind = "reward"
		}
		fmt.Fprintf(&b, "  - {slug: %s, zh: 名单%d, en: List %d, kind: %s, authority: %s, bases: [{basis: %s}],\n"+
			"     subjects: [natural-person, legal-person, sole-trader, other-organisation], evidence: seen}\n",
			CityListType(i), i, i, kind, authority, legalBasis(i%10))
	}
	return b.String()
}

// CityListType returns the slug of one of the city's thirty list types: the first,
// 0, is the court's; those from 24 on are rewards.
func CityListType(i int) string { return fmt.Sprintf("list-%02d", i%(cityPunishing+cityRewarding)) }

func cityBasicList() string {
	var b strings.Builder
	b.WriteString("items:\n")
	for i, item := range cityItems {
		class := []string{"I", "II", "III"}[min(2, i/6)]
		fmt.Fprintf(&b, "  - {slug: %s, title: 项%d, class: %s, title_verified: false, evidence: seen}\n", item, i, class)
	}
	b.WriteString("editions:\n")
	for i, days := range []string{"2021-12-16, until: 2022-12-27", "2022-12-28, until: 2023-12-31", "2024-02-18"} {
		fmt.Fprintf(&b, "  - {name: %q, from: %s, items: [%s], evidence: seen}\n",
			fmt.Sprint("edition ", i+1), days, strings.Join(cityItems[i:], ", "))
	}
	return b.String()
}

// cityMemorandum has 25 measures if it is one of the first six, 24 otherwise.
func cityMemorandum(i int) string {
	measures := CityMeasures / CityMemoranda
	if i < CityMeasures%CityMemoranda {
		measures++
	}
	reward := i%(cityPunishing+cityRewarding) >= cityPunishing
	var b strings.Builder
	fmt.Fprintf(&b, "memorandum:\n  slug: memorandum-%02d\n  zh: 备忘录%d\n  en: Memorandum %d\n  list_type: %s\n", i, i, i, CityListType(i))
	fmt.Fprintf(&b, "  edition: \"2019\"\n  from: 20%02d-%02d-01\n  status: in-force\n  evidence: seen\n  signatories: [", 15+i%5, 1+i%12)
	for d := range CityDepartments {
		fmt.Fprintf(&b, "%s, ", department(d))
	}
	b.WriteString("]\nmeasures:\n")
	for j := range measures {
		b.WriteString(cityMeasure(i, j, reward))
	}
	return b.String()
}

func cityMeasure(i, j int, reward bool) string {
	modes := []string{
		"prohibit", "restrict", "strict-review", "prudential-reference", "supervise", "publish", "honour", "inform",
		"prohibit", "restrict", "strict-review", "supervise",
	}
	if i == 0 {
		modes = append(modes, "consumption", "exit", "assist", "criminal")
	}
	if reward {
		modes = []string{"grant", "grant", "grant", "publish", "honour", "inform"}
	}
	n := 25*i + j
	reaches := [][]string{
		{"natural-person", "legal-person", "sole-trader", "other-organisation"},
		{"legal-person", "other-organisation"},
		{"natural-person", "sole-trader"},
		{"legal-person", "legal-representative"},
		{"directors-supervisors-executives"},
	}[n%5]
	pick := func(words ...string) string { return words[n%len(words)] }
	var b strings.Builder
	fmt.Fprintf(&b, "  - {slug: measure-%02d-%02d, zh: 措施%d, en: Measure %d, mode: %s, bodies: [%s, %s],\n",
		i, j, n, n, modes[n%len(modes)], department(n), department(n+1+i%30))
	fmt.Fprintf(&b, "     reaches: [%s], territory: %s, bases: [{basis: %s}, {basis: %s}],\n",
		strings.Join(reaches, ", "), pick("court", "registration", "residence"), legalBasis(n), legalBasis(n+7))
	switch {
	case n%17 == 0:
		b.WriteString("     from: 2021-03-01,\n")
	case n%19 == 0:
		b.WriteString("     until: 2024-06-30,\n")
	}
	fmt.Fprintf(&b, "     basic_list_item: %s, status: %s, evidence: %s}\n", cityItems[n%len(cityItems)],
		pick("in-force", "in-force", "in-force", "in-force", "in-force", "in-force", "uncertain", "basis-lapsed"),
		pick("seen", "known", "seen", "known", "seen", "known", "seen", "known", "seen", "known", "unverified"))
	return b.String()
}
