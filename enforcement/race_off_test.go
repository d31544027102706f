//go:build !race

package enforcement_test

// lives is how many random lives the property test leads by default.
const lives = "1000"
