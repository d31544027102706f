package jobs_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"concordat/enforcement"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/intake"
	"concordat/enforcement/register"
	"concordat/internal/identifier/madeup"
	"concordat/internal/jobs"
	"concordat/notify"
)

var columns = []string{
	"recordId", "iname", "cardNum", "caseCode", "regDate", "gistId", "gistUnit", "duty", "performance", "disruptTypeName", "partyTypeName",
}

// cells is the n-th made record of a court's file.
func cells(n int) []string {
	return []string{
		fmt.Sprintf("R%06d", n), madeup.NthPersonName(n), madeup.NthPersonID(n).Number, fmt.Sprintf("（2025）桂0103执%d号", n+1), "2025-03-02",
		fmt.Sprintf("（2024）桂0103民初%d号", n+1), "演示法院", "支付货款10000元及利息", "全部未履行", "违反财产报告制度", "0",
	}
}

// made is a court's CSV file of n records, with cells changed by place.
func made(n int, change func(n int, cells []string) []string) string {
	var b strings.Builder
	b.WriteString(strings.Join(columns, ",") + "\r\n")
	for i := range n {
		row := cells(i)
		if change != nil {
			row = change(i, row)
		}
		b.WriteString(strings.Join(row, ",") + "\r\n")
	}
	return b.String()
}

// passports is a file in which one passport comes with these birth days.
func passports(births ...string) string {
	text := made(len(births), func(_ int, row []string) []string {
		row[slices.Index(columns, "iname")], row[slices.Index(columns, "cardNum")] = "NGUYEN VAN E", "E52418933"
		return row
	})
	lines := strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n")
	lines[0] += ",numberKind,state,birth"
	for i, birth := range births {
		lines[i+1] += ",护照,VNM," + birth
	}
	return strings.Join(lines, "\r\n") + "\r\n"
}

// only changes one cell of one record.
func only(n int, column, value string) func(int, []string) []string {
	return func(i int, row []string) []string {
		if i == n {
			row[slices.Index(columns, column)] = value
		}
		return row
	}
}

func workbook(t testing.TB, n int, change func(book *excelize.File, sheet string)) string {
	t.Helper()
	book := excelize.NewFile()
	defer func() { must(t, book.Close()) }()
	sheet := book.GetSheetName(0)
	must(t, book.SetSheetRow(sheet, "A1", &columns))
	for i := range n {
		row := cells(i)
		must(t, book.SetSheetRow(sheet, fmt.Sprintf("A%d", i+2), &row))
	}
	if change != nil {
		change(book, sheet)
	}
	var b bytes.Buffer
	must(t, book.Write(&b))
	return b.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// start begins the run of a file.
func start(t testing.TB, b *enforcetest.Bundle, text string) intake.Run {
	t.Helper()
	run, err := b.Intake.Start(t.Context(), b.Clerk(), intake.NewRun{Kind: intake.Listings, Content: sha256.Sum256([]byte(text)), Size: int64(len(text))})
	must(t, err)
	return run
}

// Ten kinds of damaged files: what is wrong with a row is told of that row, and
// the good ones are drafts.
func TestDamagedFiles(t *testing.T) {
	t.Parallel()
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(strings.Join(cells(2), ","))
	must(t, err)
	book := workbook(t, 5, nil)
	for _, c := range []struct {
		name, text string
		drafted    int64
		refused    []string // line, field, code
		failure    string
	}{
		{name: "truncated XLSX", text: book[:len(book)*2/3], failure: "import.truncated"},
		{name: "mixed encodings", text: made(2, nil) + gb + "\r\n" + strings.Join(cells(3), ",") + "\r\n", drafted: 3, refused: []string{"4  import.encoding"}},
		{name: "200 columns", text: made(3, func(_ int, row []string) []string { return append(row, slices.Repeat([]string{"x"}, 190)...) }), refused: []string{"2  import.cells", "3  import.cells", "4  import.cells"}},
		{name: "a formula", text: workbook(t, 3, func(book *excelize.File, sheet string) {
			must(t, book.SetCellFormula(sheet, "C3", `"45010319900101"&"1234"`))
		}), drafted: 2, refused: []string{"3 cardNum import.formula"}},
		{name: "a formula in CSV", text: made(3, only(1, "duty", `=HYPERLINK("http://example.invalid")`)), drafted: 2, refused: []string{"3 duty import.formula"}},
		{name: "right to left", text: made(3, only(1, "iname", "演示\u202e某甲")), drafted: 2, refused: []string{"3 iname name.control"}},
		{name: "the same row 1,000 times", text: made(1000, func(int, []string) []string { return cells(7) }), drafted: 1},
		{name: "starred", text: made(3, only(1, "cardNum", "450103********123X")), drafted: 2, refused: []string{"3 cardNum identity.masked"}},
		{name: "exponent", text: made(3, only(1, "cardNum", "4.50103E+17")), drafted: 2, refused: []string{"3 cardNum import.excel-exponent"}},
		{name: "rounded", text: workbook(t, 3, func(book *excelize.File, sheet string) {
			must(t, book.SetCellValue(sheet, "C3", 450103199001011000))
		}), drafted: 2, refused: []string{"3 cardNum import.excel-rounded"}},
		{name: "breaks off in quotes", text: made(2, nil) + `R9,"演示`, drafted: 2, refused: []string{"4  import.truncated"}},
		{name: "header only", text: made(0, nil), failure: "import.empty"},
		{name: "a case of 2099", text: made(3, only(1, "caseCode", "（2099）桂0103执1号")), drafted: 2, refused: []string{"3 caseCode case-number.year"}},
		{name: "a case filed years before its number", text: made(3, only(1, "regDate", "2019-03-02")), drafted: 2, refused: []string{"3 caseCode case-number.year"}},
		{name: "two births of one passport", text: passports("1990-01-01", "1991-05-05", "1990-01-01"), drafted: 2, refused: []string{"3 cardNum subject.identity"}},
		{name: "no header", text: strings.Join(cells(0), ",") + "\r\n", failure: "import.columns"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := enforcetest.Setup(t)
			run, path := start(t, b, c.text), filepath.Join(t.TempDir(), "refused.csv")
			run, err := jobs.Reading{Register: b.Offices, Legal: b.At, Refused: path}.Run(t.Context(), run, strings.NewReader(c.text))
			must(t, err)
			if run.Failure != c.failure || (run.State == intake.Done) != (c.failure == "") {
				t.Errorf("the run is %s: %s", run.State, run.Failure)
			}
			var refused []string
			list, err := b.Intake.Refusals(t.Context(), b.Clerk(), run.ID, 0, 5000)
			must(t, err)
			for _, f := range list {
				refused = append(refused, fmt.Sprintf("%d %s %s", f.Line, f.Field, f.Code))
			}
			if diff := cmp.Diff(c.refused, refused); diff != "" {
				t.Errorf("refused (-want +got):\n%s", diff)
			}
			if run.Drafted != c.drafted || int64(b.Count(`SELECT count(*) FROM listing WHERE state = 'draft'`)) != c.drafted {
				t.Errorf("%d drafts instead of %d", run.Drafted, c.drafted)
			}
			text, err := os.ReadFile(path)
			if len(c.refused) == 0 {
				if !errors.Is(err, os.ErrNotExist) {
					t.Errorf("a file of refused rows without any: %v", err)
				}
				return
			}
			must(t, err)
			if got := strings.Count(string(text), "\r\n"); got != 1+len(c.refused) || int64(len(text)) != run.RefusedBytes {
				t.Errorf("%d lines, %d bytes, the run says %d", got, len(text), run.RefusedBytes)
			}
		})
	}
}

// The record takes what the reader of files could not know to be wrong.
func TestRefusalsOfTheRecordStandInTheFileToo(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	text := made(3, only(1, "caseCode", "（2025）桂0105执2号"))
	path := filepath.Join(t.TempDir(), "refused.csv")
	run, err := jobs.Reading{Register: b.Offices, Legal: b.At, Refused: path}.Run(t.Context(), start(t, b, text), strings.NewReader(text))
	must(t, err)
	if run.Drafted != 2 || run.Refused != 1 {
		t.Errorf("%+v", run.Counts)
	}
	beside, err := os.ReadFile(path)
	must(t, err)
	if !strings.Contains(string(beside), "caseCode,case.court") || !strings.Contains(string(beside), "R000001") || strings.Contains(string(beside), cells(1)[2]) {
		t.Errorf("beside the input:\n%s", beside)
	}
}

// A run stops between batches, or where it is broken off, and goes on there.
func TestAReadingStopsAndGoesOn(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	text := made(3500, only(1700, "cardNum", "450103********123X"))
	run := start(t, b, text)
	batches := 0
	reading := jobs.Reading{Register: b.Offices, Legal: b.At, Stop: func() bool { batches++; return batches == 2 }}
	run, err := reading.Run(t.Context(), run, strings.NewReader(text))
	must(t, err)
	if run.State != intake.Running || run.Rows != 2000 || run.BytesDone == 0 {
		t.Fatalf("stopped: %+v", run)
	}
	ctx, cancel := context.WithCancel(t.Context())
	reading.Stop, reading.Progress = nil, func(intake.Run) { cancel() }
	if _, err := reading.Run(ctx, run, strings.NewReader(text)); err == nil {
		t.Error("a reading was broken off and says nothing")
	}
	reading.Progress = nil
	run, err = reading.Run(t.Context(), run, strings.NewReader(text))
	must(t, err)
	if run.State != intake.Done || run.Rows != 3500 || run.Drafted != 3499 || run.Refused != 1 {
		t.Errorf("in the end: %+v", run)
	}
	again := start(t, b, text)
	if again.ID != run.ID || again.State != intake.Done {
		t.Errorf("the same file begins anew: %+v", again)
	}
}

// An upload is read by the job that its run inserted.
func TestUploadsAreReadByAJob(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	text := workbook(t, 40, nil) // a zip: its end is read first
	inserting, err := jobs.Insert(b.DB.Pool)
	must(t, err)
	b.Config.Jobs = inserting
	b.Offices, err = register.Open(t.Context(), b.Config)
	must(t, err)
	drainer, err := notify.NewDrainer(notify.Config{
		DB: b.DB, Register: b.Offices, Endpoints: &notify.Endpoints{DB: b.DB, Vault: b.Vault, Machine: b.Config.Machine}, Catalogue: b.Config.Catalogue, Calendar: b.Calendar,
		Channels: []notify.Channel{&notify.Inbox{DB: b.DB, Register: b.Offices, Machine: b.Config.Machine}}, Legal: b.At, Machine: b.Config.Machine,
	})
	must(t, err)
	t.Cleanup(func() { drainer.Close(context.WithoutCancel(t.Context())) })
	working, err := jobs.Work(b.DB.Pool, jobs.Config{Drainer: drainer, Register: b.Offices, Legal: b.At})
	must(t, err)
	must(t, working.Start(t.Context()))
	t.Cleanup(func() { must(t, working.Stop(context.WithoutCancel(t.Context()))) })

	upload, err := b.Intake.ReceiveUpload(t.Context(), b.Clerk(), intake.Listings, strings.NewReader(text))
	must(t, err)
	if upload.Content != sha256.Sum256([]byte(text)) || upload.Size != int64(len(text)) {
		t.Errorf("received %d bytes", upload.Size)
	}
	run, err := b.Intake.Start(t.Context(), b.Clerk(), intake.NewRun{Kind: intake.Listings, Content: upload.Content, Size: upload.Size, Upload: upload.ID})
	must(t, err)
	for end := time.Now().Add(bound); run.State == intake.Running; {
		if time.Now().After(end) {
			t.Fatalf("after %s: %+v", bound, run)
		}
		run, err = b.Intake.Get(t.Context(), b.Clerk(), run.ID)
		must(t, err)
	}
	if run.State != intake.Done || run.Drafted != 40 || run.Format != "xlsx" {
		t.Errorf("%+v", run)
	}
	if n := b.Count(`SELECT count(*) FROM import_upload`) + b.Count(`SELECT count(*) FROM import_chunk`); n != 0 {
		t.Error("the upload is still there")
	}
}

// What a person would not have seen in a file is told, once, though it is taken: in the
// record and in the file beside it.
func TestWhatIsTakenUnseenIsTold(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	text := workbook(t, 1200, func(book *excelize.File, sheet string) {
		_, err := book.NewSheet("二")
		must(t, errors.Join(err, book.SetCellValue("二", "A1", "iname"), book.SetRowVisible(sheet, 3, false), book.SetRowVisible(sheet, 1100, false)))
	})
	path := filepath.Join(t.TempDir(), "refused.csv")
	reading := jobs.Reading{Register: b.Offices, Legal: b.At, Refused: path, Stop: func() bool { return true }}
	run, err := reading.Run(t.Context(), start(t, b, text), strings.NewReader(text))
	must(t, err)
	if run.Remarks != 2 || run.State != intake.Running {
		t.Fatalf("after a batch: %+v", run)
	}
	reading.Stop = nil
	run, err = reading.Run(t.Context(), run, strings.NewReader(text))
	must(t, err)
	if run.State != intake.Done || run.Drafted != 1200 || run.Refused != 0 {
		t.Errorf("%+v", run)
	}
	list, err := b.Intake.Remarks(t.Context(), b.Clerk(), run.ID, 0, 10)
	must(t, err)
	want := []intake.FileRemark{
		{Number: 1, Code: "import.sheet-unread", Args: map[string]string{"sheet": "2"}}, {Number: 2, Line: 3, Code: "import.hidden-taken"}, {Number: 3, Line: 1100, Code: "import.hidden-taken"},
	}
	if diff := cmp.Diff(want, list, cmpopts.IgnoreUnexported(intake.FileRemark{})); diff != "" || run.Remarks != 3 {
		t.Errorf("%d told (-want +got):\n%s", run.Remarks, diff)
	}
	if rest, err := b.Intake.Remarks(t.Context(), b.Clerk(), run.ID, 2, 10); err != nil || len(rest) != 1 {
		t.Errorf("from the second on: %v %v", rest, err)
	}
	if _, err := b.Intake.Remarks(t.Context(), b.As(enforcement.Clerk, b.OtherCourt), run.ID, 0, 10); err == nil {
		t.Error("another court reads them")
	}
	beside, err := os.ReadFile(path)
	must(t, err)
	for _, line := range []string{"\r\n0,,import.sheet-unread,", "\r\n3,,import.hidden-taken,", "\r\n1100,,import.hidden-taken,", "(2025)桂0103执2号"} {
		if !strings.Contains(string(beside), line) {
			t.Errorf("no %q beside the input:\n%s", line, beside)
		}
	}
	if strings.Contains(string(beside), cells(1)[2]) {
		t.Error("a number stands beside the input")
	}
}
