package identifier

import "strings"

// A machine-readable passport has at most nine characters for its number (ICAO
// Doc 9303); shorter than four is a slip of the pen.
const (
	passportMin = 4
	passportMax = 9
)

func checkPassport(number string) *Error {
	if n := characters(number); n < passportMin || n > passportMax {
		return refuseLength("4-9", n)
	}
	if at := firstNot(number, alphanumeric); at != 0 {
		return refuseAt(CodeFormat, at)
	}
	if !strings.ContainsAny(number, "0123456789") {
		return refuseAt(CodeFormat, 1)
	}
	return nil
}

// parseState normalises the issuing state. Only passports have one; for the
// others CHN is understood and dropped, so that equal numbers stay equal.
func parseState(kind Kind, state string) (string, *Error) {
	state = NormaliseNumber(state)
	if kind != Passport {
		if state == "" || state == "CHN" {
			return "", nil
		}
		return "", &Error{Code: CodeState, Args: map[string]string{"kind": string(kind)}}
	}
	if !knownState(state) {
		return "", refuse(CodeState)
	}
	return state, nil
}
