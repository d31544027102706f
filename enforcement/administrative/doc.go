// Package administrative keeps the entries on departments' lists, from the draft to the end.
package administrative
