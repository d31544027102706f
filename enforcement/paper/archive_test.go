//go:build !race

// One thing after the other, over much: of data races nothing is asked here (make plain).

package paper_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/paper"
)

// archived is an archive of files: names and contents in turn.
func archived(t testing.TB, files ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for i := 0; i+1 < len(files); i += 2 {
		f, err := w.Create(files[i])
		must(t, err)
		_, err = f.Write([]byte(files[i+1]))
		must(t, err)
	}
	must(t, w.Close())
	return buf.Bytes()
}

func rowsOf(b *enforcetest.Bundle) int {
	return b.Count(`SELECT (SELECT count(*) FROM paper) + (SELECT count(*) FROM paper_use) + (SELECT count(*) FROM paper_chunk) + (SELECT count(*) FROM event)`)
}

func TestAnArchiveFilesOnePaperForManyCases(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	person := b.Person()
	first, second := b.Bare(b.Subject(person)), b.Bare(b.Subject(b.Person()))
	var number string
	must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT c.number FROM ground g JOIN execution_case c ON c.id = g.case_id WHERE g.id = $1`, first).Scan(&number))
	sheet := "文件,案件编号,案号,证件号码,用途,名称,日期\n" +
		"receipts.txt,,\"" + number + "\"," + person.Number + ",service,邮件清单," + b.Day().String() + "\n" +
		"receipts.txt," + second.String() + ",,,service,邮件清单," + b.Day().String() + "\n" +
		"dir/notice.txt," + second.String() + ",,,execution-notice,,\n"
	whole := archived(t, "papers.csv", sheet, "receipts.txt", "演示:邮件收寄清单", "dir/notice.txt", "演示执行通知书")
	filed, wrong, err := b.Papers.Archive(t.Context(), b.Clerk(), bytes.NewReader(whole))
	must(t, err)
	if len(wrong) != 0 || len(filed) != 3 || filed[0].Ground != first || filed[0].Paper != filed[1].Paper || filed[2].Paper == filed[1].Paper {
		t.Fatalf("%+v %+v", filed, wrong)
	}
	for _, c := range []struct {
		ground enforcement.ID
		filed  paper.Filed
		words  string
	}{{first, filed[0], "演示:邮件收寄清单"}, {second, filed[1], "演示:邮件收寄清单"}, {second, filed[2], "演示执行通知书"}} {
		if back, err := content(t, b, held(t, b, c.ground), c.filed.Paper); err != nil || string(back) != c.words {
			t.Errorf("%q %v", back, err)
		}
	}
	if n := b.Count(`SELECT count(*) FROM paper_chunk WHERE NOT EXISTS (SELECT FROM paper p WHERE p.id = paper_id)`); n != 0 {
		t.Errorf("%d pieces of the archive are left", n)
	}
	if n := b.Count(`SELECT count(*) FROM event WHERE kind IN ('paper-brought', 'paper-linked', 'papers-filed')`); n != 4 {
		t.Errorf("%d events", n)
	}
}

// Documents, and the files that a court imports, write a case's number in full-width brackets
// and blanks; the sheet beside them is copied from there.
func TestASheetNamesACaseAsItsDocumentsDo(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	first := b.Bare(b.Subject(b.Person()))
	var number string
	must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT c.number FROM ground g JOIN execution_case c ON c.id = g.case_id WHERE g.id = $1`, first).Scan(&number))
	for i, written := range []string{
		number, strings.NewReplacer("(", "（", ")", "）").Replace(number), strings.NewReplacer("(", "〔", ")", "〕 ").Replace(number),
	} {
		sheet := "文件,案号,用途\na.txt,\"" + written + "\",service\n"
		filed, wrong, err := b.Papers.Archive(t.Context(), b.Clerk(), bytes.NewReader(archived(t, "papers.csv", sheet, "a.txt", fmt.Sprintf("演示回证%d", i))))
		if err != nil || len(wrong) != 0 || len(filed) != 1 || filed[0].Ground != first {
			t.Errorf("%s: %+v %+v %v", written, filed, wrong, err)
		}
	}
}

// A sheet asks for two thousand numbers at once, without a reason and without a trace: of a
// number that the record knows, of another court's case, it is told what it is told of any.
func TestASheetDoesNotTellWhoIsKnown(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	mine := b.Bare(b.Subject(b.Person()))
	known, unknown := b.Person(), b.Person()
	b.Subject(known)
	var number string
	must(t, b.DB.Pool.QueryRow(t.Context(), `SELECT c.number FROM ground g JOIN execution_case c ON c.id = g.case_id WHERE g.id = $1`, mine).Scan(&number))
	before := rowsOf(b)
	for _, named := range []string{mine.String() + ",", "," + number, "," + number + "000"} {
		sheet := "file,case,case_number,purpose,number\na.txt," + named + ",service," + known.Number + "\na.txt," + named + ",service," + unknown.Number + "\n"
		_, wrong, err := b.Papers.Archive(t.Context(), b.Clerk(), bytes.NewReader(archived(t, "papers.csv", sheet, "a.txt", "演示")))
		must(t, err)
		if len(wrong) != 2 || wrong[0].Code != "paper.case" || wrong[0].Field != wrong[1].Field || !cmp.Equal(wrong[0].Refusal, wrong[1].Refusal) {
			t.Errorf("%s: of who is known %+v, of who is not %+v", named, wrong[0], wrong[1])
		}
	}
	if rowsOf(b) != before {
		t.Error("a sheet that is refused leaves something")
	}
}

func TestAnArchiveIsTakenWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	mine, theirs := b.Bare(b.Subject(b.Person())).String(), enforcement.NewID().String()
	before := rowsOf(b)
	lines := []string{
		"file,case,purpose,day",
		"good.txt," + mine + ",service,",                               // 2
		"good.txt," + mine + ",service,",                               // 3: twice
		"none.txt," + mine + ",service,",                               // 4
		"good.txt," + theirs + ",service,",                             // 5: another's
		"blank.txt," + mine + ",service,",                              // 6
		"good.txt," + mine + ",decree,",                                // 7
		"late.txt," + mine + ",service," + b.Day().AddDays(1).String(), // 8
		"," + mine + ",service,",                                       // 9
		"good.txt,,service,",                                           // 10
		"late.txt," + mine + ",service,someday",                        // 11
	}
	whole := archived(t, "papers.csv", strings.Join(lines, "\n"), "good.txt", "演示回证", "blank.txt", " \n", "late.txt", "演示回证")
	_, wrong, err := b.Papers.Archive(t.Context(), b.Clerk(), bytes.NewReader(whole))
	must(t, err)
	var got []string
	for _, m := range wrong {
		got = append(got, fmt.Sprint(m.Line, " ", m.Field, " ", m.Code))
	}
	want := []string{
		"3 file paper.exists", "4 file paper.file", "5 case paper.case", "6 file paper.blank", "7 purpose paper.line", "8 file paper.day", "9 file paper.line",
		"10 case_number paper.line", "11 day paper.line",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	good := "file,case,purpose\ngood.txt," + mine + ",service\n"
	for what, c := range map[string]struct {
		archive []byte
		code    string
	}{
		"nothing":       {nil, "paper.empty"},
		"no archive":    {[]byte("演示"), "paper.cut"},
		"no sheet":      {archived(t, "good.txt", "演示"), "paper.sheet"},
		"a bad header":  {archived(t, "papers.csv", "file,file,case\n"), "paper.sheet"},
		"no lines":      {archived(t, "papers.csv", "file,case,purpose\n"), "paper.sheet"},
		"too many":      {archived(t, "papers.csv", "file,case,purpose\n"+strings.Repeat("x,"+mine+",service\n", paper.MaxSheetLines+1)), "paper.sheet"},
		"leads outside": {archived(t, "papers.csv", good, "../good.txt", "演示"), "paper.type"},
		"unfolds far":   {archived(t, "papers.csv", good, "good.txt", strings.Repeat("0", 401<<20)), "paper.archive"},
		"cut off":       {whole[:len(whole)-30], "paper.cut"},
	} {
		_, _, err := b.Papers.Archive(t.Context(), b.Clerk(), bytes.NewReader(c.archive))
		wantCode(t, err, c.code)
		if t.Failed() {
			t.Log(what)
		}
	}
	if after := rowsOf(b); after != before {
		t.Errorf("%d rows are left", after-before)
	}
}
