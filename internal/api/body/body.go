package body

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// errBody reports a body that is JSON and is not taken all the same.
var errBody = errors.New("body is not acceptable JSON")

// Unmarshal reads a body strictly. huma reads each body twice, first into an any
// for the check against the schema, then into the struct; the two readings must
// see the same, so fields that stand twice, or differ from a field of ours in
// case alone, are refused: the second reading would take what the first did not
// check. NUL is refused because PostgreSQL has no place for it.
func Unmarshal(data []byte, into any) error {
	if _, first := into.(*any); first {
		if !utf8.Valid(data) || bytes.Contains(data, []byte(`\u0000`)) {
			return errBody
		}
		if err := checkKeys(json.NewDecoder(bytes.NewReader(data))); err != nil {
			return err
		}
	}
	return json.Unmarshal(data, into)
}

// checkKeys walks the tokens of a JSON text.
func checkKeys(d *json.Decoder) error {
	type level struct {
		keys map[string]bool // nil in an array
		key  bool            // the next token is a key
	}
	var levels []level
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read a body: %w", err)
		}
		top := len(levels) - 1
		if top >= 0 && levels[top].key {
			if key, ok := token.(string); ok {
				if !plainKey(key) || levels[top].keys[key] {
					return errBody
				}
				levels[top].keys[key], levels[top].key = true, false
				continue
			}
		}
		switch token {
		case json.Delim('{'):
			levels = append(levels, level{keys: map[string]bool{}, key: true})
			continue
		case json.Delim('['):
			levels = append(levels, level{})
			continue
		case json.Delim('}'), json.Delim(']'):
			levels = levels[:top]
		}
		if top = len(levels) - 1; top >= 0 && levels[top].keys != nil {
			levels[top].key = true
		}
	}
}

// plainKey reports whether no other spelling of the key's case could be taken
// for it: our fields are lower-case, and two letters outside ASCII fold into it.
func plainKey(key string) bool {
	return key == strings.ToLower(key) && !strings.ContainsAny(key, "ſK")
}
