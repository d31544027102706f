//go:build race

package upgrade_test

// What `make test` has compiled with the race detector is used again.
const raced = true
