//go:build !race

package register_test

// lives is how many random lives the property test leads by default.
const lives = "1000"

// fewLives is how many the properties lead of which every life costs a database's
// work; see fewTimes.
const fewLives = 60
