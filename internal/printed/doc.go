// Package printed writes what lawyers read before they attest: one HTML page per
// memorandum edition, complete in itself, for the screen and for A4.
//
// A page says of every measure what the catalogue says and how well it is known:
// clause, mode, bodies with their successors, reach, territory, every basis with
// its place and whether the article was read in the text itself, item of the basic
// list, validity, status, evidence, attestation, and whether the measure would
// travel on the day of the page, or what holds it back. Then it says what is not
// encoded. It shows nothing that the catalogue does not hold, and leaves nothing
// unmarked that is not verified.
//
// Both languages stand on one page. A page loads nothing from anywhere and runs no
// script; texts of the catalogue are escaped.
package printed
