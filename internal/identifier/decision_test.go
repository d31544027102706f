package identifier_test

import (
	"testing"

	"concordat/internal/identifier"
)

func TestDecisionNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, court string
		any         bool
	}{
		{"（2026）桂0102执123号之一", "(2026)桂0102执123号之一", true},
		{"〔2026〕 桂0102司惩3号", "(2026)桂0102司惩3号", true},
		{"南市监处〔2026〕12号", "", true},
		{"桂税稽罚 [2026] 7 号", "", true},
		{"GX-2026/0012", "", true},
		{"45-甲-1", "", true},
		{"2026", "", false},
		{"-", "", false},
		{"——", "", false},
		{"", "", false},
		{"\u3000", "", false},
		{"\u200b1号", "", false},
		{"决定", "", false},
		{"=1+1号", "", false},
		{"号<b>1", "", false},
		{"(2026)桂0102执0号", "", true},
	} {
		number, ok := identifier.CourtDecision(c.text)
		if ok != (c.court != "") || number != c.court {
			t.Errorf("court %q: %q, %t", c.text, number, ok)
		}
		if got := identifier.IsDecisionNumber(c.text); got != c.any {
			t.Errorf("%q: %t, want %t", c.text, got, c.any)
		}
	}
}
