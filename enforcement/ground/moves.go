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
	MoveDelete  MoveName = "delete"
	MoveExpire  MoveName = "expire"
	MoveEarly   MoveName = "early-delete"
	MoveRevoke  MoveName = "revoke"
)
