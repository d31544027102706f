//go:build race

package adversary_test

// defaultSteps is how many steps are taken where nobody says how many: fewer with the
// race detector, which makes each of them slower.
const defaultSteps = 200
