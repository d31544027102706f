package party_test

import (
	"testing"

	"pgregory.net/rapid"

	"concordat/enforcement/party"
	"concordat/internal/identifier"
	"concordat/memoranda"
)

// Over any number of corrections, each measured against what was decided, the name stands within
// one character of it, and what else identifies is the same.
func TestCorrectionsStayWithinOneCharacter(t *testing.T) {
	t.Parallel()
	letters := []rune("李示例甲乙丙")
	rapid.Check(t, func(r *rapid.T) {
		decided := party.Identity{Kind: memoranda.NaturalPerson, Name: "李示例", NumberKind: identifier.ResidentID, Number: "450103198001010016"}
		now := decided
		for range rapid.IntRange(1, 40).Draw(r, "corrections") {
			next := now
			name := []rune(next.Name)
			switch rapid.IntRange(0, 5).Draw(r, "what") {
			case 0:
				next.Number = "450103198001010024"
			case 1:
				next.Kind = memoranda.LegalPerson
			case 2:
				next.Name += string(rapid.SampledFrom(letters).Draw(r, "more"))
			default:
				name[rapid.IntRange(0, len(name)-1).Draw(r, "place")] = rapid.SampledFrom(letters).Draw(r, "character")
				next.Name = string(name)
			}
			if next.Corrects(decided) {
				now = next
			}
			differ := 0
			for i, c := range []rune(now.Name) {
				if c != []rune(decided.Name)[i] {
					differ++
				}
			}
			if differ > 1 || len([]rune(now.Name)) != 3 || now.Number != decided.Number || now.Kind != decided.Kind {
				r.Fatalf("%+v became %+v", decided, now)
			}
		}
	})
}
