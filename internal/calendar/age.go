package calendar

import "concordat/memoranda/day"

const adultAge = 18

// Adult reports whether somebody born on birth is of age on a day: from the day
// after the 18th birthday. An unknown birth date is nobody's majority: false.
func Adult(birth, on day.Day) bool {
	return !birth.IsZero() && Age(birth, on) >= adultAge
}

// Age returns the completed years (周岁) on a day. A year is completed with the
// end of the birthday, so the new age counts from the day after it. Somebody
// born on 29 February has the birthday of a common year on 1 March, not on
// 28 February: no text settles it, and the later day keeps a minor from being
// listed too early. Without a birth date, or before it, the age is 0.
func Age(birth, on day.Day) int {
	if birth.IsZero() || on <= birth {
		return 0
	}
	by, _, _ := birth.Date()
	oy, _, _ := on.Date()
	years := oy - by
	if on <= birthday(birth, oy) {
		years--
	}
	return max(years, 0)
}

// birthday lets time.Date's carry turn 29 February of a common year into
// 1 March.
func birthday(birth day.Day, year int) day.Day {
	_, m, dom := birth.Date()
	return day.Of(year, m, dom)
}
