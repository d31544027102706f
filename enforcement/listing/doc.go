// Package listing keeps the courts' listings, from the draft to the end.
package listing
