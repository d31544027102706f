// Package calendar counts legal time: which day an instant belongs to, which
// days are worked, when a period of calendar days, working days or months
// ends, and from which day somebody is of age.
//
// A legal day is a date in Asia/Shanghai; this package alone knows that zone
// (its data is compiled in) and everything else speaks of memoranda/day.Day. It
// has no clock: every function takes the day or the instant it is asked about.
//
// Which days are worked is settled once a year by a notice of the State
// Council's office, which gives days off and moves work to weekends. A Calendar
// holds the notices of some years (Embedded: 2023 to 2026, the files in data/)
// and never changes; With answers with another one that knows one notice more. A process
// goes by a Current, in which another Shelf of calendars is put when a notice is loaded
// (ParseFiled).
// Of a year without a notice only the statutory days are known, so a period
// that depends on it has a provisional end: it is kept, shown as provisional,
// and counted again when the notice is loaded. The same holds of the last week
// of December while the next year's notice is missing, because notices for a
// new year reach back into the old one (2022-12-31 was a day off by the notice
// for 2023).
//
// Counting follows article 85 of the Civil Procedure Law (2023): the day of the
// event does not count; a period of days or months that would end on a day off
// ends on the next working day; it ends at 24:00. A period of working days
// skips days off wherever they lie. The unit belongs to the legal source and is
// never inferred (Period).
//
// A region may have days of its own (Guangxi: 三月三) and may turn a national
// make-up day into a day off or the reverse. No source says whether such a day
// extends a legal period. It is therefore a value apart (Regional), and whose
// periods it extends is configuration; by default the subject's and not the
// authority's, and never so that a period gets shorter.
package calendar
