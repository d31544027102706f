//go:build race

package register_test

// lives is how many random lives the property test leads by default: fewer with
// the race detector, which makes each of them slower.
const lives = "200"

// fewLives is how many the properties lead of which every life costs a database's
// work; see fewTimes.
const fewLives = 25
