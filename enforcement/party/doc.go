// Package party knows who is concerned: subjects, organisations and cases.
package party
