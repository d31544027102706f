package party

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"concordat/internal/identifier"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// What is read quickly is what encoding/json reads.
func FuzzReadIdentity(f *testing.F) {
	for _, i := range []Identity{
		{},
		{Kind: memoranda.NaturalPerson, Name: "李示例", NumberKind: identifier.ResidentID, Number: "450103198001010016", Birth: day.Of(1980, 1, 1)},
		{Kind: memoranda.LegalPerson, Name: "示例<有限>公司\"\\", NumberKind: identifier.USCC, Head: "某人", OverrideBy: "second"},
	} {
		text, err := json.Marshal(i)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"kind":"a","kind":"b"}`))
	f.Add([]byte(`{"name":"x"}}`))
	f.Add([]byte(`{"birth":"1980-02-30"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		quick, ok := readPlain(text)
		if !ok || !utf8.Valid(text) { // what is sealed was written by json.Marshal
			return
		}
		var want Identity
		if err := json.Unmarshal(text, &want); err != nil || quick != want {
			t.Fatalf("%q: %+v instead of %+v, %v", text, quick, want, err)
		}
	})
}

func TestAnIdentityAsItIsSealedIsReadQuickly(t *testing.T) {
	t.Parallel()
	want := Identity{Kind: memoranda.NaturalPerson, Name: "李示例", NumberKind: identifier.ResidentID, Number: "450103198001010016", Birth: day.Of(1980, 1, 1)}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := readPlain(text); !ok || got != want {
		t.Errorf("%v %+v", ok, got)
	}
	odd, err := json.Marshal(Identity{Name: `a"b`})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := readIdentity(odd); err != nil || got.Name != `a"b` {
		t.Errorf("%+v, %v", got, err)
	}
}

func BenchmarkReadIdentity(b *testing.B) {
	text, err := json.Marshal(Identity{Kind: memoranda.NaturalPerson, Name: "李示例", NumberKind: identifier.ResidentID, Number: "450103198001010016", Birth: day.Of(1980, 1, 1)})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := readIdentity(text); err != nil {
			b.Fatal(err)
		}
	}
}
