// Package mask takes out of a text what must not be shown to everybody: numbers that identify
// a person or reach one (personal numbers of every kind of package identifier, passports,
// whatever has fifteen digits or more; telephones and accounts but their last four digits;
// electronic addresses), addresses below the district, and persons whose names the record
// knows. It finds them as careless people write them: full-width, in Chinese numerals, with
// blanks, dashes, dots or nothing visible between.
//
// [Text] proposes the public words of a text. [Numbers] are what public words are refused for;
// a unified social credit code is public and never among them. [Doubts] are what a person has
// to look at: addresses that stand, and what looks like somebody's name; a program cannot tell
// whether they may.
//
// Everything here is a guess on the careful side: it hides rather too much than too little,
// and a person corrects the proposal. Text is idempotent, and nothing that it leaves is
// found by Numbers.
package mask
