// Package kinds lists every kind of case, for those who go through all of them.
package kinds
