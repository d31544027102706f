//go:build !race

package upgrade_test

const raced = false
