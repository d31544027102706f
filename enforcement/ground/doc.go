// Package ground has what every decision that directives rest on has in common.
package ground
