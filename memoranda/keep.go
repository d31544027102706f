package memoranda

import (
	"strings"

	"concordat/memoranda/day"
)

// Keeping returns the basis of a slug if a department may keep a measure on it alone after
// the memorandum's reason ended: in force on the day, and of a rank and with the article
// that carry a burden (国办发〔2020〕49号 item 9). Otherwise nil.
func (c *Catalogue) Keeping(slug string, on day.Day) *LegalBasis {
	if b := c.bases[slug]; b != nil && within(on, b.From, b.Until) && b.suffices(Citation{Article: b.Article, Clause: b.Clause}) {
		return b
	}
	return nil
}

// MayCite reports whether a text may be cited by its title for what is kept: one that the
// catalogue does not know, or knows of a rank that carries a burden and in force on the day.
// Which article is meant is for whoever cites to say.
func (c *Catalogue) MayCite(title string, on day.Day) bool {
	known := false
	for i := range c.Bases {
		b := &c.Bases[i]
		if sameTitle(b.Title, title) {
			known = true
			if b.Kind.carriesMeasure() && within(on, b.From, b.Until) {
				return true
			}
		}
	}
	return !known
}

// Last is the last day on which what ended on a day may be kept on the basis: after the
// period that it gives, or years where it gives none, and never after its own last day.
func (b *LegalBasis) Last(ended day.Day, years int) day.Day {
	last := ended.AddYears(years)
	if b.KeepsMonths > 0 {
		last = ended.AddMonths(b.KeepsMonths)
	}
	if !b.Until.IsZero() {
		last = min(last, b.Until)
	}
	return last
}

// Words are the title and the place.
func (b *LegalBasis) Words() string { return strings.TrimSpace(b.Title + " " + b.Article + b.Clause) }

// sameTitle compares titles without their brackets, spaces and document numbers.
func sameTitle(a, b string) bool { return bareTitle(a) == bareTitle(b) }

func bareTitle(title string) string {
	title = strings.Map(func(r rune) rune {
		if strings.ContainsRune("《》〈〉 \u3000", r) {
			return -1
		}
		return r
	}, title)
	bare, _, _ := strings.Cut(title, "（")
	return bare
}
