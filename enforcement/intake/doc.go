// Package intake takes a court's file in, row by row.
package intake
