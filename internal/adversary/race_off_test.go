//go:build !race

package adversary_test

// defaultSteps is how many steps are taken where nobody says how many.
const defaultSteps = 2000
