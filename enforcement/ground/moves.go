package ground

// The moves that cases of several kinds know.
const (
	MoveServe   MoveName = "serve"
	MoveAbandon MoveName = "abandon"
	MovePublish MoveName = "publish"
	MoveSuspend MoveName = "suspend"
	MoveBrake   MoveName = "brake"
	MoveResume  MoveName = "resume"
	MoveConfirm MoveName = "confirm"
	// MoveReaffirm is MoveConfirm of what is in force.
	MoveReaffirm MoveName = "reaffirm"
	MoveDelete   MoveName = "delete"
	MoveExpire   MoveName = "expire"
	MoveEarly    MoveName = "early-delete"
	MoveRevoke   MoveName = "revoke"
)

// NotTwice are who gives nothing back: who drafted a case, and who suspended it.
var NotTwice = []Person{Drafter, Suspender}

// NotOwn are who does not sign: who drafted the case, and who proposed the decision.
var NotOwn = []Person{Drafter, Proposer}

// AbandonReason is why a case was given up before publication.
type AbandonReason string

// The reasons to abandon; which of them a kind knows, its table says.
const (
	Performed   AbandonReason = "performed"
	Minor       AbandonReason = "minor"
	Dead        AbandonReason = "dead"
	WrongPerson AbandonReason = "wrong-person"
	Excluded    AbandonReason = "excluded"
)

// Reasons names reasons as a need lists them.
func Reasons(list ...AbandonReason) []string {
	names := make([]string, 0, len(list))
	for _, r := range list {
		names = append(names, string(r))
	}
	return names
}
