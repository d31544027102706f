// Package record keeps the log: one act, one transaction, one event; asked again, done once.
package record
