// Package plan says what was agreed and attested as of a day, and who shall do what by it.
package plan
