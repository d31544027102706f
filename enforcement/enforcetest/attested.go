package enforcetest

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"concordat/memoranda"
)

// LawyersStatements is the file of statements at a path, which was made for demonstration,
// as a lawyer would have made it: without the mark, and with the hashes of that.
func LawyersStatements(t testing.TB, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	c, err := memoranda.Embedded()
	must(t, err)
	made, err := memoranda.DemonstrationAttestations(c)
	must(t, err)
	lawyers := strings.ReplaceAll(string(text), "    demonstration: true\n", "")
	for _, s := range made.Statements {
		was := c.AttestedHash(s)
		s.Demonstration = false
		lawyers = strings.ReplaceAll(lawyers, fmt.Sprintf("%x", was), fmt.Sprintf("%x", c.AttestedHash(s)))
	}
	return []byte(lawyers)
}
