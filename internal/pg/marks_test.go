package pg

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"
)

// marked is a row with every kind of column that a statement of ours may write.
type marked struct {
	bun.BaseModel `bun:"table:marked"`

	Text  string    `bun:"text"`
	None  string    `bun:"none,nullzero"`
	Small int16     `bun:"small"`
	Is    bool      `bun:"is"`
	Bytes []byte    `bun:"bytes"`
	At    time.Time `bun:"at"`
	List  []string  `bun:"list,array"`
}

// Whatever bytes an argument has, it comes out of the text as it went in, and the text is
// the same for all.
func FuzzArguments(f *testing.F) {
	for _, s := range []string{"", "演示", "it's", "''", "\x01'\x02", "\x03;", `\'`, "a\x02", "'); DROP TABLE note; --", "$1", "NULL"} {
		f.Add(s, int16(len(s)))
	}
	d := newDialect()
	db := bun.NewDB(nil, d)
	f.Fuzz(func(t *testing.T, s string, n int16) {
		s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
		write := func(s string, n int16) string {
			row := marked{Text: s, Small: n, Is: n > 0, Bytes: []byte(s), At: time.Unix(int64(n), 0).UTC(), List: []string{s, s}}
			query := db.NewInsert().Model(&row).String() + string(nextAsk) + db.NewSelect().Table("marked").
				Where("text = ? AND list = ? AND n > ?", s, Array([]string{s}), Number(n)).String()
			return query
		}
		list, several := parse(write(s, n))
		same, _ := parse(write("", 0))
		if several || len(list) != 2 || list[0].text != same[0].text || list[1].text != same[1].text {
			t.Fatalf("%t: %+v", several, list)
		}
		if got := string(list[0].args[0]); got != s {
			t.Errorf("%q became %q", s, got)
		}
		if diff := cmp.Diff(s, string(list[1].args[0])); diff != "" {
			t.Error(diff)
		}
		if got := string(list[1].args[2]); got != strconv.Itoa(int(n)) {
			t.Errorf("%d became %q", n, got)
		}
	})
}

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]statement{
		"SELECT 1":                                {{text: "SELECT 1"}},
		"a \x01'x'\x02 b \x01\x01'y'\x02\x02":     {{"a $1 b $2", [][]byte{[]byte("x"), []byte("y")}}},
		"\x015\x02, \x01NULL\x02\x03\x01TRUE\x02": {{"$1, $2", [][]byte{[]byte("5"), nil}}, {"$1", [][]byte{[]byte("TRUE")}}},
		"'own' = \x01'it''s'\x02":                 {{"'own' = $1", [][]byte{[]byte("it's")}}},
	} {
		got, several := parse(text)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(statement{})); diff != "" || several {
			t.Errorf("%q: %s", text, diff)
		}
	}
	if _, several := parse("SELECT 1; SELECT 2"); !several {
		t.Error("two statements in one text were taken for one")
	}
	if got := plain("a \x01'x'\x02\x03b \x015\x02"); got != "a 'x';\nb 5" {
		t.Errorf("got %q", got)
	}
}
