// Package restore finds out what a restored record lost, and puts it right.
package restore
