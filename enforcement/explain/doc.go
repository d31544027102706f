// Package explain says why a measure is, or is not, applied to somebody.
package explain
