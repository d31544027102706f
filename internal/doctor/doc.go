// Package doctor examines an installation without changing it and says in words
// what is wrong, what subjects suffer meanwhile, and what to do.
//
// It is for the engineer at three in the morning, so it works when things are
// broken: nothing is migrated, started or created, each check stands alone, and
// one that cannot be made because of another's fault (no database, no key file)
// says so and is not counted twice. Everything is read in small queries with a
// time-out.
//
// A check comes out as ok, warn (somebody should look in the day) or fault (a
// subject suffers now or soon, or nothing works). What it found has a code; the
// words stand in internal/i18n, three texts to a code: what is the matter, under
// ".suffer" who bears it, under ".do" what to do. Details are technical: names of
// settings, slugs, counts, paths; never anything about a person.
package doctor
