package body_test

import (
	"encoding/json"
	"testing"

	"concordat/internal/api/body"
)

func TestUnmarshalIsStrict(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{
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
		if err := body.Unmarshal([]byte(text), &into); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(`{"a":[1,{"b":null}],"c":"x"}`))
	f.Add([]byte(`{"a":1,"a":2}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var into any
		if body.Unmarshal(data, &into) == nil && !json.Valid(data) {
			t.Errorf("took %q", data)
		}
	})
}
