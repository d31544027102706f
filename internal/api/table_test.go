package api

import (
	"encoding/json"
	"testing"
)

func TestUnmarshalIsStrict(t *testing.T) {
	t.Parallel()
	for body, ok := range map[string]bool{
		`{"a":1,"b":{"a":[{"a":1},{"a":2}]}}`: true,
		`[{"a":1},{"a":1},[],{}]`:             true,
		`"text"`:                              true,
		`{"a":1,"a":2}`:                       false,
		`{"b":{"a":1,"a":2}}`:                 false,
		`{"b":[{"a":[],"a":2}]}`:              false,
		`{"A":1}`:                             false,
		`{"ſtate":1}`:                         false, // folds to "state"
		`{"a":"\u0000"}`:                      false,
		"{\"a\":\"\xff\"}":                    false,
		`{"a":1`:                              false,
		`{"a":1}}`:                            false,
		`{"a":1} {"a":1}`:                     false,
		``:                                    false,
	} {
		var into any
		if err := unmarshal([]byte(body), &into); (err == nil) != ok {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(`{"a":[1,{"b":null}],"c":"x"}`))
	f.Add([]byte(`{"a":1,"a":2}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var into any
		if unmarshal(data, &into) == nil && !json.Valid(data) {
			t.Errorf("took %q", data)
		}
	})
}

func TestPrecondition(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		`"1"`: 1, `"12"`: 12, ``: 0, `*`: 0, `1`: 0, `"0"`: 0, `"-1"`: 0, `"01"`: 0, `"+1"`: 0, `W/"1"`: 0, `"1`: 0, `"1", "2"`: 0, `""`: 0,
	} {
		c, err := Move{IfMatch: text}.change()
		if c.Version != want || (err == nil) != (want > 0) {
			t.Errorf("%s: version %d, %v", text, c.Version, err)
		}
	}
}
