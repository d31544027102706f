package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// byteOrderMark is what some systems write before a text.
var byteOrderMark = []byte("\xef\xbb\xbf")

// ReadAnswers reads the body of a response whose status says that the message was
// taken. ours is false where the body is not meant to be an answer of this format:
// nothing, a text, another system's JSON. Where it is meant to be one and cannot be
// used, the error says what is wrong with it, wraps [ErrFormat] and quotes nothing.
func ReadAnswers(body []byte) (a Answers, ours bool, err error) {
	body = bytes.TrimPrefix(body, byteOrderMark)
	if a, ok := scanAnswers(body); ok && a.Format == Format {
		return a, true, nil
	}
	if !meant(body) {
		return Answers{}, false, nil
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return Answers{}, true, fmt.Errorf("%s: %w", wrong(err), ErrFormat)
	}
	switch {
	case a.Format != Format:
		return Answers{}, true, fmt.Errorf("its format is %d, not %d: %w", a.Format, Format, ErrFormat)
	case a.Answers == nil && !bytes.Contains(bytes.ToLower(body), []byte(`"answers"`)): // null is none
		return Answers{}, true, fmt.Errorf("it has no list of answers: %w", ErrFormat)
	}
	return a, true, nil
}

// meant reports whether a body was written as an answer, however badly: it is an
// object or a list with the members that make one. Names are compared as
// encoding/json compares them.
func meant(body []byte) bool {
	body = bytes.ToLower(bytes.TrimLeft(body, " \t\r\n"))
	if len(body) == 0 || (body[0] != '{' && body[0] != '[') {
		return false
	}
	names := func(name string) bool { return bytes.Contains(body, []byte(`"`+name+`"`)) }
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) == nil {
		_, answers := members["answers"]
		return answers || string(members["format"]) == "1" || (names("answers") && names("directive")) // wrapped in something
	}
	return names("answers") || names("directive") || (names("format") && !json.Valid(body))
}

// wrong says what encoding/json found, in words that quote nothing of the body.
func wrong(err error) string {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("it is not JSON from byte %d on", syntax.Offset)
	}
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && kind.Field != "" {
		return fmt.Sprintf("at byte %d something else stands than %s takes", kind.Offset, kind.Field)
	}
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Sprintf("at byte %d something else stands than an object", kind.Offset)
	}
	return "an id or a day in it is none"
}
