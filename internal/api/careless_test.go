//go:build !race

// A thousand listings take minutes with the race detector, and nothing here is at once that is
// not elsewhere; `make plain` runs this.

package api_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/listing"
	"concordat/internal/identifier"
	"concordat/internal/identifier/madeup"
)

// careless is how many listings a careless clerk wrote; as many as a court brings at once.
const careless = 1000

// numeralsOf are ways to write digits, and gaps what people set between them.
var (
	numeralsOf = []string{"0123456789", "０１２３４５６７８９", "〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖"}
	gaps       = []string{"", " ", "-", "－", "\u3000", ".", "—", "·", "/"}
)

// plant is something that must not be shown, and a text with it.
type plant struct{ secret, written, text string }

// planted is what the clerk wrote into the n-th listing.
func planted(n int) plant {
	other := madeup.NthPersonID(500_000 + n).Number
	secrets := []string{other, fmt.Sprintf("13%09d", 900_000_000-n*7919), fmt.Sprintf("62220210%011d", n*104729), fmt.Sprintf("E%08d", 12_345_678+n), fmt.Sprintf("0771%07d", 5_000_000+n), fmt.Sprintf("%012d", 210_211_000_927+n)}
	before := []string{"其配偶身份证", "联系电话", "款项转入账号", "持护照", "单位座机", "开户行账户"}
	kind := n % (len(secrets) + 2)
	switch {
	case kind == len(secrets):
		road := fmt.Sprintf("演示大道%d号%d栋%d室", n+1, n%30+1, n%900+101)
		return plant{road, road, "支付货款10000元，住南宁市青秀区" + road + "。"}
	case kind == len(secrets)+1:
		mail := fmt.Sprintf("demo%d@example.com", n)
		return plant{mail, mail, "支付货款10000元，邮箱" + mail}
	}
	secret := secrets[kind]
	digits, gap, every := []rune(numeralsOf[n/7%len(numeralsOf)]), gaps[n/3%len(gaps)], n%5+2
	var b strings.Builder
	for i, r := range secret {
		if i > 0 && i%every == 0 {
			b.WriteString(gap)
		}
		if '0' <= r && r <= '9' {
			r = digits[r-'0']
		}
		b.WriteRune(r)
	}
	return plant{secret, b.String(), "支付货款10000元，" + before[kind] + b.String() + "。"}
}

// carelessFile is the clerk's file: what must not be shown stands in the duty, in what was
// performed, in the document, in who made it.
func carelessFile(n int) string {
	var b strings.Builder
	b.WriteString("recordId,iname,cardNum,partyTypeName,caseCode,regDate,gistId,gistUnit,duty,performance,performedPart,disruptTypeName\r\n")
	for i := range n {
		p, duty, part, document, unit := planted(i), "支付货款", "", fmt.Sprintf("（2024）桂0103民初%d号", i+1), "演示法院"
		switch i % 10 {
		case 7:
			part = p.text
		case 8:
			document += "，" + p.text
		case 9:
			unit += "，" + p.text
		default:
			duty = p.text
		}
		fmt.Fprintf(&b, "R%d,%s,%s,0,（2025）桂0103执%d号,2025-03-02,%s,%s,%s,部分未履行,%s,违反财产报告制度\r\n",
			i, madeup.NthPersonName(i), madeup.NthPersonID(i).Number, i+1, document, unit, duty, part)
	}
	return b.String()
}

// A public list of a thousand listings by a careless clerk shows none of what was planted,
// on no page, in no language, at no public address; nor does it of those of an earlier
// release, whose words nobody signed.
func TestACarelessClerkLeaksNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.want(http.StatusAccepted, b.clerk, http.MethodPost, "/v1/imports?kind=listings", carelessFile(careless), "Content-Type", file)
	b.read()
	drafts := b.drafts()
	if len(drafts) != careless {
		t.Fatalf("%d drafts of %d", len(drafts), careless)
	}
	b.proveFacts(drafts)
	var decided sync.WaitGroup
	for part := range 4 {
		decided.Go(func() {
			for i := part; i < len(drafts); i += 4 {
				if err := b.decide(drafts[i]); err != nil {
					t.Errorf("decide listing %d: %v", i, err)
					return
				}
			}
		})
	}
	decided.Wait()
	if t.Failed() {
		return
	}
	_, err := b.DB.Pool.Exec(t.Context(), `ALTER TABLE listing DISABLE TRIGGER USER; UPDATE listing SET rules = 0, public_words = NULL, public_marks = NULL
		WHERE get_byte(uuid_send(id), 15) % 4 = 0; ALTER TABLE listing ENABLE TRIGGER USER`)
	must(t, err)
	refused, err := b.Listings.PublishDue().All(t.Context(), b.System(), func(int) {})
	if err != nil || len(refused) > 0 {
		t.Fatalf("%d listings were not published: %v", len(refused), err)
	}
	text, entries := b.everythingPublic()
	if entries < 2*careless {
		t.Fatalf("%d entries in two languages, of %d listings", entries, careless)
	}
	bare := identifier.NormaliseNumber(text)
	for i := range careless {
		p := planted(i)
		for _, secret := range []string{p.secret, p.written, madeup.NthPersonID(i).Number} {
			if strings.Contains(text, secret) || strings.Contains(bare, identifier.NormaliseNumber(secret)) {
				t.Fatalf("listing %d shows %q, written as %q", i, secret, p.text)
			}
		}
	}
}

// drafts are the ids of all drafts.
func (b *bundle) drafts() (ids []enforcement.ID) {
	b.T.Helper()
	rows, err := b.DB.Pool.Query(b.T.Context(), `SELECT id FROM listing WHERE state = 'draft'`)
	must(b.T, err)
	defer rows.Close()
	for rows.Next() {
		var id enforcement.ID
		must(b.T, rows.Scan(&id))
		ids = append(ids, id)
	}
	must(b.T, rows.Err())
	return ids
}

// proveFacts files the papers of the facts of many cases: one archive for five hundred of
// them, in which each file serves all.
func (b *bundle) proveFacts(ids []enforcement.ID) {
	b.T.Helper()
	facts := listing.FactPapers(listing.BreachesReporting)
	for some := range slices.Chunk(ids, 500) {
		var body bytes.Buffer
		archive := zip.NewWriter(&body)
		write := func(name, text string) {
			w, err := archive.Create(name)
			must(b.T, err)
			_, err = io.WriteString(w, text)
			must(b.T, err)
		}
		var sheet strings.Builder
		sheet.WriteString("file,case,purpose,title\n")
		for i, f := range facts {
			name := fmt.Sprintf("%d.txt", i)
			write(name, "演示:"+f.ZH)
			for _, id := range some {
				fmt.Fprintf(&sheet, "%s,%s,%s,演示材料\n", name, id, f.Purpose)
			}
		}
		write("papers.csv", sheet.String())
		must(b.T, archive.Close())
		filed := b.want(http.StatusCreated, b.clerk, http.MethodPost, "/v1/papers", body.String(), "Content-Type", file).items()
		if len(filed) != len(facts)*len(some) {
			b.T.Fatalf("%d papers were filed of %d", len(filed), len(facts)*len(some))
		}
	}
}

// decide leads a draft to service; the signer confirms whatever is in doubt, as careless.
func (b *bundle) decide(id enforcement.ID) error {
	ctx, of := b.T.Context(), enforcetest.Of(id)
	if err := b.Listings.Warn(ctx, enforcetest.Before(b.Clerk()), of, b.Notice()); err != nil {
		return err
	}
	if err := b.Listings.Propose(ctx, b.Judge(), of, b.Decision(listing.BreachesReporting)); err != nil {
		return err
	}
	_, words, err := b.Listings.Wording(ctx, b.President(), id)
	if err != nil {
		return err
	}
	var confirmed []string
	for _, m := range words.Doubts {
		confirmed = append(confirmed, m.ID)
	}
	if err := b.Listings.Sign(ctx, b.President(), of, confirmed...); err != nil {
		return err
	}
	return b.Listings.Serve(ctx, b.Clerk(), of, b.Service())
}

// everythingPublic is every answer that everybody may have, in both languages, and how many
// entries of lists they hold.
func (b *bundle) everythingPublic() (text string, entries int) {
	b.T.Helper()
	var all strings.Builder
	doc := b.want(http.StatusOK, "", http.MethodGet, "/v1/openapi.json", nil)
	for path, item := range at[object](b.T, doc.body, "paths") {
		get, ok := item.(object)["get"].(object)
		if !ok || get["security"] != nil || strings.Contains(path, "{") {
			continue
		}
		for _, language := range []string{"zh-CN", "en"} {
			for next := ""; ; {
				address := path
				if next != "" {
					address += "?limit=100&after=" + next
				} else if strings.Contains(path, "/public/") {
					address += "?limit=100"
				}
				a := b.call("", http.MethodGet, address, nil, "Accept-Language", language)
				all.WriteString(a.text)
				if strings.Contains(path, "/public/") {
					entries += len(a.items())
				}
				if next, ok = a.body["next"].(string); !ok || next == "" || !strings.Contains(path, "/public/") {
					break
				}
			}
		}
	}
	return all.String(), entries
}
