// Package audit recomputes every directive from the events alone and compares.
package audit
