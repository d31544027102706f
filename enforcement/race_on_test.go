//go:build race

package enforcement_test

// lives is how many random lives the property test leads by default: fewer with
// the race detector, which makes each of them slower.
const lives = "200"
