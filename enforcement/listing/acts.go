package listing

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/memoranda/day"
)

// The causes of an extension (法释〔2017〕7号 Art. 2 ¶1).
const (
	causeViolence    = "serious-violence-or-threat"
	causeSeveralActs = "several-dishonest-acts"
	leastActs        = 2
	mostActs         = 100
)

// DishonestAct is one act that an extension counts.
type DishonestAct struct {
	On   day.Day `json:"on"`
	What string  `json:"what"`
}

// fits refuses an extension that its listing does not carry: violence where ground 2 is not
// among its grounds, several acts that are not shown, and one that was served before the
// listing was published or after its term.
func (x *Extension) fits(l *Listing, today day.Day) error {
	switch {
	case x.Cause == causeViolence && !hasConduct(l, ObstructsByForce):
		return enforcement.Refuse("extension.ground")
	case x.ServedOn.IsZero() || x.ServedOn > min(l.TermUntil, today):
		return enforcement.Refuse("extension.late", "end", l.TermUntil.String())
	case x.ServedOn < l.PublishedOn:
		return enforcement.Refuse("extension.early", "published", l.PublishedOn.String())
	case x.Cause == causeSeveralActs && len(x.Acts) < leastActs:
		return enforcement.Refuse("extension.acts")
	}
	return x.shown()
}

// shown refuses an act without its day or its text, and one that is counted twice.
func (x *Extension) shown() error {
	seen := map[DishonestAct]bool{}
	for _, one := range x.Acts {
		if one.On.IsZero() || one.On > x.ServedOn || !ground.Says(one.What) {
			return enforcement.Refuse("extension.acts")
		}
		one.What = letters(one.What)
		if seen[one] {
			return enforcement.Refuse("extension.acts")
		}
		seen[one] = true
	}
	return nil
}

// letters are the letters and digits of a text, so that a blank more makes no other act.
func letters(text string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, text)
}

// sealActs seals the acts under the subject's key; none seal as nothing.
func sealActs(t *ground.Turn[Listing], acts []DishonestAct) ([]byte, error) {
	if len(acts) == 0 {
		return nil, nil
	}
	plain, err := json.Marshal(acts)
	if err != nil {
		return nil, fmt.Errorf("write the acts of an extension: %w", err)
	}
	return t.Seal("extension-acts", string(plain))
}
