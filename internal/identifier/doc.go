// Package identifier reads, checks, masks and compares what tells one subject
// from another: numbers of persons (resident IDs, residence permits of
// residents of Hong Kong, Macao and Taiwan, foreigners' permanent residence
// cards, passports), codes of units (unified social credit codes, organisation
// codes), names, and the numbers of court cases.
//
// A parse function takes what a person typed or a file held, normalises it
// (full-width forms, spaces, lower-case letters) and answers with a value or
// with an *Error. An Error carries a stable code and arguments for the person
// who typed it and never the number itself, so that it may be shown, stored
// and logged. An Identifier prints masked, whatever the format verb; only its
// Number field and Key hold the number in full, and both belong in sealed
// columns and keyed look-ups, never in logs or addresses.
//
// Checks are of form: length, alphabet, a birth date that exists, check
// digits. Region codes are historic and are not looked up. That a number
// belongs to somebody is for the registers to say, and no name alone ever
// identifies anybody. A person's number whose check fails is always refused; a
// unit's code may pass by ParseOverride, because some registered codes in
// circulation do not fit their own check.
//
// Sources: GB 11643-1999 (resident IDs), GB 32100-2015 (unified social credit
// codes), GB 11714 (organisation codes), ISO 7064 MOD 11-2, ISO 3166 alpha-3,
// and the Supreme People's Court's rules on case numbers in use since
// 2016-01-01.
//
// Package madeup, below this one, makes valid numbers and plainly invented
// names for demonstrations and tests.
package identifier
