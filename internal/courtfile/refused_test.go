package courtfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"concordat/internal/courtfile"
	"concordat/internal/i18n"
	"concordat/internal/identifier/madeup"
)

// TestRefusedFile shows the whole file as a clerk gets it.
func TestRefusedFile(t *testing.T) {
	t.Parallel()
	columns := []string{"cardNum", "iname", "birth", "duty", "caseCode", "gistId", "gistUnit", "performance", "disruptTypeName", "regDate", "备注"}
	number := madeup.NthPersonID(1).Number
	text := csvOf(
		columns,
		person(1).with("iname", "演示\u202e甲", "duty", "见"+number+"与 4501 2319 7802 280055"),
		person(1).with("iname", "=HYPERLINK(1)", "备注", "@x"),
		person(1).with("cardNum", madeup.NthCompanyID(1).Number, "duty", "一行\n二行,\"三\"", "regDate", "昨天"),
		person(1).with("cardNum", number[:17], "birth", "1978-02-28"),
	) + "x," + number + ",E12345678\r\n"
	f, err := open(text, courtfile.Listings)
	must(t, err)
	path := filepath.Join(t.TempDir(), "rows.refused.csv")
	w, err := courtfile.OpenRefused(path, courtfile.Listings, f.Header(), 0)
	must(t, err)
	for _, bad := range readFrom(t, f, 0).errs {
		must(t, w.Write(bad))
	}
	must(t, w.Close())
	got := fileText(t, path)
	golden(t, "refused.csv", got)
	for _, secret := range []string{number, number[6:14], "1978-02-28", "E12345678", "\u202e"} {
		if strings.Contains(got, secret) {
			t.Errorf("the file holds %q", secret)
		}
	}
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v", info.Mode())
	}
}

// TestRefusedFileGoesOn: what an interrupted run wrote behind what counts is cut
// off, and the whole is as if nothing had happened.
func TestRefusedFileGoesOn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rows.refused.csv")
	errs := []*courtfile.RowError{
		{Line: 2, Field: "cardNum", Code: courtfile.CodeMasked, Raw: []string{"450123********0055"}},
		{Line: 5, Code: courtfile.CodeCells, Args: map[string]string{"expected": "22", "actual": "21"}},
		{Line: 9, Field: "iname", Code: courtfile.CodeMissing, Args: map[string]string{"field": "iname"}},
	}
	write := func(at int64, errs ...*courtfile.RowError) int64 {
		w, err := courtfile.OpenRefused(path, courtfile.Listings, []string{"cardNum"}, at)
		must(t, err)
		for _, e := range errs {
			must(t, w.Write(e))
		}
		size, err := w.Flush()
		must(t, err)
		must(t, w.Close())
		return size
	}
	write(0, errs...)
	want := fileText(t, path)
	must(t, os.Chmod(path, 0o644))
	one := write(0, errs[0])
	write(one, errs[2], errs[2], errs[1])
	if size := write(one, errs[1], errs[2]); size != int64(len(want)) || fileText(t, path) != want {
		t.Errorf("%d bytes:\n%s\nwant\n%s", size, fileText(t, path), want)
	}
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("an old file keeps mode %v", info.Mode())
	}
	if _, err := courtfile.OpenRefused(path, courtfile.Listings, nil, int64(len(want))+1); err == nil {
		t.Error("a file that has become shorter goes on")
	}
	must(t, os.Symlink(path, path+".link"))
	if _, err := courtfile.OpenRefused(path+".link", courtfile.Listings, nil, 0); err == nil {
		t.Error("a link is followed")
	}
}

func TestEveryCodeHasWords(t *testing.T) {
	t.Parallel()
	if missing := i18n.Missing(courtfile.Codes()...); len(missing) > 0 {
		t.Errorf("without words: %v", missing)
	}
	for _, name := range takeoverColumns {
		for _, lang := range i18n.Languages() {
			if i18n.Value(lang, "field", name) == "" {
				t.Errorf("%s: the column %s has no word", lang, name)
			}
		}
	}
}
