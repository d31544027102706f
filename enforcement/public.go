package enforcement

import (
	"strconv"

	"concordat/internal/mask"
)

// Public refuses a text that people read who need not know whom it is about, while a number
// stands in it that identifies or reaches somebody. field names it to whoever wrote it.
func Public(field, text string) error {
	if numbers := mask.Numbers(text); len(numbers) > 0 {
		return Refuse("words.number", "field", field, "position", strconv.Itoa(numbers[0].From+1))
	}
	return nil
}

// PublicName refuses a name that stands in every log while it is somebody's personal number or
// telephone; a staff number is none.
func PublicName(field, name string) error {
	if mask.Personal(name) {
		return Refuse("words.number", "field", field)
	}
	return nil
}
