package edge

import "testing"

func TestPrecondition(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		`"1"`: 1, `"12"`: 12, ``: 0, `*`: 0, `1`: 0, `"0"`: 0, `"-1"`: 0, `"01"`: 0, `"+1"`: 0, `W/"1"`: 0, `"1`: 0, `"1", "2"`: 0, `""`: 0,
	} {
		got, err := Precondition(text)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%s: version %d, %v", text, got, err)
		}
	}
}
