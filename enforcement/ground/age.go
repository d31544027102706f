package ground

// The ages that matter, in years.
const (
	minorAge     = 18
	ProtectedAge = 14 // PIPL Art. 28, our stricter rule
)
