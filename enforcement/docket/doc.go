// Package docket says what somebody still has to do, and until when.
package docket
