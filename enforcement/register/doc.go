// Package register opens all parts of the record over one database, and says in which order a day goes.
package register
