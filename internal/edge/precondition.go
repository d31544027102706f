package edge

import (
	"strconv"
	"strings"
)

// Precondition reads the version that an If-Match names. "*" is not taken: whoever
// moves a case must have seen it. The error is a refusal of [CodeNoMatch] or
// [CodeBadMatch], the version then 0.
func Precondition(ifMatch string) (int, error) {
	if ifMatch == "" {
		return 0, refuse(CodeNoMatch)
	}
	quoted := strings.TrimPrefix(ifMatch, `"`)
	text, ok := strings.CutSuffix(quoted, `"`)
	version, err := strconv.Atoi(text)
	if !ok || quoted == ifMatch || err != nil || version < 1 || strconv.Itoa(version) != text {
		return 0, refuse(CodeBadMatch)
	}
	return version, nil
}
