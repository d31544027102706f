package party

import (
	"bytes"
	"encoding/json"
	"fmt"

	"concordat/internal/identifier"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// readIdentity reads what sealIdentity wrote. Every send opens an identity for
// each of its directives, and most are flat objects of plain texts: those are
// read here, at a sixth of the price of encoding/json, which reads the others.
func readIdentity(plain []byte) (Identity, error) {
	if i, ok := readPlain(plain); ok {
		return i, nil
	}
	var i Identity
	if err := json.Unmarshal(plain, &i); err != nil {
		return Identity{}, fmt.Errorf("read an identity: %w", err)
	}
	return i, nil
}

// readPlain reads an identity without escapes and without space between its
// parts; ok is false for any other.
func readPlain(text []byte) (i Identity, ok bool) {
	if len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' {
		return i, false
	}
	for rest := text[1:]; ; rest = rest[1:] {
		var name, value []byte
		if name, rest, ok = cutText(rest, ':'); !ok {
			return i, false
		}
		if value, rest, ok = cutText(rest, 0); !ok {
			return i, false
		}
		if !i.set(name, value) {
			return i, false
		}
		if len(rest) == 1 && rest[0] == '}' {
			return i, true
		}
		if len(rest) == 0 || rest[0] != ',' {
			return i, false
		}
	}
}

// cutText cuts a quoted text off the front, and with it the byte that must
// follow, if any is asked for.
func cutText(text []byte, follows byte) (found, rest []byte, ok bool) {
	if len(text) == 0 || text[0] != '"' {
		return nil, nil, false
	}
	end := bytes.IndexByte(text[1:], '"')
	if end < 0 {
		return nil, nil, false
	}
	found, rest = text[1:1+end], text[2+end:]
	for _, c := range found {
		if c == '\\' || c < ' ' {
			return nil, nil, false
		}
	}
	if follows == 0 {
		return found, rest, true
	}
	if len(rest) == 0 || rest[0] != follows {
		return nil, nil, false
	}
	return found, rest[1:], true
}

// set fills the field of a name; a name it does not know is not set.
func (i *Identity) set(name, value []byte) bool {
	switch string(name) {
	case "kind":
		i.Kind = memoranda.SubjectKind(value)
	case "name":
		i.Name = string(value)
	case "number_kind":
		i.NumberKind = identifier.Kind(value)
	case "state":
		i.State = string(value)
	case "number":
		i.Number = string(value)
	case "birth":
		var err error
		i.Birth, err = day.Parse(string(value))
		return err == nil
	case "head":
		i.Head = string(value)
	case "override_by":
		i.OverrideBy = string(value)
	default:
		return false
	}
	return true
}
