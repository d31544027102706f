package api

import (
	"context"
	"net/http"

	"concordat/enforcement"
	"concordat/memoranda/day"
)

const rewardsPath = "/v1/rewards"

// NewReward is an entry on a list that rewards.
type NewReward struct {
	Repeatable

	Body struct {
		ListType   string         `json:"list_type" maxLength:"100" doc:"Slug of a list that rewards"`
		Subject    enforcement.ID `json:"subject"`
		Reference  string         `json:"reference" maxLength:"200" doc:"Number of the evaluation or decision"`
		DecidedOn  day.Day        `json:"decided_on"`
		Year       int            `json:"year,omitempty" minimum:"2000" maximum:"2200" doc:"The year it holds for, where the list is made by years"`
		ValidFrom  day.Day        `json:"valid_from,omitzero" doc:"First day; today if left out"`
		ValidUntil day.Day        `json:"valid_until,omitzero" doc:"Last day; if left out, what the list's term says, or else the end of the year"`
		Note       string         `json:"note,omitempty" maxLength:"4000" doc:"Sealed; only the owner's own people read it"`
	}
}

// RewardsPage asks for a page of rewards.
type RewardsPage struct {
	Page

	State    enforcement.RewardState `query:"state" enum:"draft,in-force,under-review,ended"`
	ListType string                  `query:"list_type" maxLength:"100"`
}

// RewardFile is a reward with all that hangs on it.
type RewardFile struct {
	ETag string `header:"ETag"`
	Body struct {
		Reward     enforcement.Reward         `json:"reward"`
		Reviews    []enforcement.RewardReview `json:"reviews" nullable:"false" doc:"What publications on lists of serious dishonesty ask of its owner"`
		Directives []DirectiveView            `json:"directives" nullable:"false"`
		Clocks     []enforcement.Clock        `json:"clocks" nullable:"false"`
		Events     []enforcement.Event        `json:"events" nullable:"false"`
		Holds      []enforcement.Hold         `json:"holds" nullable:"false" doc:"Holds that stop anything of it now"`
	}
}

// RewardMove is a request that changes a reward as it was read.
type RewardMove struct {
	Path
	Repeatable

	IfMatch string `header:"If-Match" doc:"ETag of the reward as it was read; required"`
}

// MovedReward is a reward after a move.
type MovedReward struct {
	ETag string `header:"ETag"`
	Body enforcement.Reward
}

// RewardNotice records the notice to the subject of a reward under review.
type RewardNotice struct {
	RewardMove

	Body struct {
		On       day.Day `json:"on" doc:"The day on which the subject was given notice; the time to answer runs from it"`
		Document []byte  `json:"document,omitempty" doc:"The notice; only its keyed hash is kept"`
	}
}

// RewardAnswer is what the subject of a reward under review answered.
type RewardAnswer struct {
	RewardMove

	Body struct {
		On   day.Day `json:"on" doc:"The day on which the answer came"`
		Text string  `json:"text" maxLength:"20000"`
	}
}

// RewardReviewDecision keeps or ends a reward under review.
type RewardReviewDecision struct {
	RewardMove

	Body struct {
		Decision string `json:"decision" enum:"keep,end"`
		Reasons  string `json:"reasons" maxLength:"20000"`
		Basis    string `json:"basis,omitempty" maxLength:"500" doc:"The rule cited, with its article; required for an end; never anything about the subject"`
	}
}

// RewardEnding ends a reward for its owner's own reasons.
type RewardEnding struct {
	RewardMove

	Body struct {
		Reasons string `json:"reasons" maxLength:"20000"`
		Basis   string `json:"basis,omitempty" maxLength:"500" doc:"The rule cited, if any; never anything about the subject"`
	}
}

// RewardConfirmation says why a reward stands that a restored record put in doubt.
type RewardConfirmation struct {
	RewardMove

	Body struct {
		Reasons string `json:"reasons" maxLength:"20000"`
	}
}

func (s *server) rewardRoutes() {
	add(s, operation{
		method: http.MethodPost, path: rewardsPath, id: "enter-reward", tag: tagRewards, roles: ofDepartment, status: http.StatusCreated,
		zh: "登记激励；自首日起生效，无须送达", en: "Enter a reward; it is in force from its first day and needs no service",
	}, s.enterReward)
	add(s, operation{
		method: http.MethodGet, path: rewardsPath, id: "list-rewards", tag: tagRewards, roles: ofHolders,
		zh: "本单位认定的激励", en: "List the rewards of my organisation",
	}, s.rewards)
	add(s, operation{
		method: http.MethodGet, path: rewardsPath + "/{id}", id: "get-reward", tag: tagRewards, roles: ofHolders,
		zh: "查看激励及其复核、协同任务、时限和日志", en: "Read a reward with its reviews, directives, clocks and events",
	}, s.rewardFile)
	add(s, rewardOperation("notice", "notice-reward", "登记对主体的告知", "Record the notice to the subject of a reward under review"), s.noticeReward)
	add(s, rewardOperation("answer", "answer-reward", "登记主体的陈述", "Record what the subject answered"), s.answerReward)
	add(s, rewardOperation("review", "review-reward", "复核后维持或者终止激励", "Keep a reward under review, or end it with reasons and the rule cited"), s.reviewReward)
	add(s, rewardOperation("end", "end-reward", "终止激励", "End a reward that is not under review"), s.endReward)
	add(s, rewardOperation("confirmation", "confirm-reward", "数据恢复后确认激励", "Confirm a reward that a restored record put in doubt"), s.confirmReward)
	add(s, operation{
		method: http.MethodGet, path: "/v1/public/rewards", id: "list-public-rewards", tag: tagPublic,
		zh: "按规定公布的激励名单", en: "The rewards that their lists' rules publish: name, list, owner and year",
	}, s.publicRewards)
}

// rewardOperation is an endpoint that moves a reward; its answer may carry the
// owner's note.
func rewardOperation(name, id, zh, en string) operation {
	return operation{method: http.MethodPost, path: rewardsPath + "/{id}/" + name, id: id, tag: tagRewards, roles: ofDepartment, personal: true, zh: zh, en: en}
}

func (s *server) enterReward(ctx context.Context, act enforcement.Act, in *NewReward) (*Created, error) {
	b := in.Body
	id, err := s.Register.EnterReward(ctx, act, enforcement.NewReward{
		ListType: b.ListType, Subject: b.Subject, Reference: b.Reference, DecidedOn: b.DecidedOn, Year: b.Year,
		ValidFrom: b.ValidFrom, ValidUntil: b.ValidUntil, Note: b.Note,
	})
	if err != nil {
		return nil, err
	}
	return created(rewardsPath, id), nil
}

func (s *server) rewards(ctx context.Context, act enforcement.Act, in *RewardsPage) (*List[enforcement.Reward], error) {
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	list, err := s.Register.Rewards(ctx, act, in.ListType, in.State, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(list, in.Limit, func(w enforcement.Reward) enforcement.ID { return w.ID }), nil
}

func (s *server) rewardFile(ctx context.Context, act enforcement.Act, in *Path) (*RewardFile, error) {
	// Who may read the reward may read what hangs on it; whoever may not is told
	// that there is none.
	w, err := s.Register.Reward(ctx, act, in.ID)
	if err != nil {
		return nil, err
	}
	out := RewardFile{ETag: etag(w.Version)}
	out.Body.Reward = w
	reviews, err := s.Register.RewardReviews(ctx, act, w.ID)
	if err != nil {
		return nil, err
	}
	out.Body.Reviews = append([]enforcement.RewardReview{}, reviews...)
	h, err := s.hangsOn(ctx, act, w.ID)
	out.Body.Directives, out.Body.Clocks, out.Body.Events, out.Body.Holds = h.directives, h.clocks, h.events, h.holds
	return &out, err
}

func (s *server) noticeReward(ctx context.Context, act enforcement.Act, in *RewardNotice) (*MovedReward, error) {
	return s.moveReward(ctx, act, in.RewardMove, func(c enforcement.RewardChange) error {
		return s.Register.RecordRewardNotice(ctx, act, c, in.Body.On, in.Body.Document)
	})
}

func (s *server) answerReward(ctx context.Context, act enforcement.Act, in *RewardAnswer) (*MovedReward, error) {
	return s.moveReward(ctx, act, in.RewardMove, func(c enforcement.RewardChange) error {
		return s.Register.RecordRewardAnswer(ctx, act, c, in.Body.On, in.Body.Text)
	})
}

func (s *server) reviewReward(ctx context.Context, act enforcement.Act, in *RewardReviewDecision) (*MovedReward, error) {
	return s.moveReward(ctx, act, in.RewardMove, func(c enforcement.RewardChange) error {
		d := enforcement.RewardDecision{End: in.Body.Decision == "end", Reasons: in.Body.Reasons, Basis: in.Body.Basis}
		return s.Register.DecideReview(ctx, act, c, d)
	})
}

func (s *server) endReward(ctx context.Context, act enforcement.Act, in *RewardEnding) (*MovedReward, error) {
	return s.moveReward(ctx, act, in.RewardMove, func(c enforcement.RewardChange) error {
		return s.Register.EndReward(ctx, act, c, in.Body.Reasons, in.Body.Basis)
	})
}

func (s *server) confirmReward(ctx context.Context, act enforcement.Act, in *RewardConfirmation) (*MovedReward, error) {
	return s.moveReward(ctx, act, in.RewardMove, func(c enforcement.RewardChange) error {
		return s.Register.ConfirmReward(ctx, act, c, in.Body.Reasons)
	})
}

// moveReward makes one move of a reward under its precondition and answers with
// the reward as it then stands.
func (s *server) moveReward(ctx context.Context, act enforcement.Act, in RewardMove, do func(enforcement.RewardChange) error) (*MovedReward, error) {
	c, err := Move{Path: in.Path, IfMatch: in.IfMatch}.change()
	if err != nil {
		return nil, err
	}
	if err := do(enforcement.RewardChange{Reward: c.Listing, Version: c.Version}); err != nil {
		return nil, err
	}
	w, err := s.Register.Reward(ctx, act, in.ID)
	if err != nil {
		return nil, err
	}
	return &MovedReward{ETag: etag(w.Version), Body: w}, nil
}

func (s *server) publicRewards(ctx context.Context, act enforcement.Act, in *Page) (*List[enforcement.PublicReward], error) {
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	list, err := s.Register.PublicRewards(ctx, s.Register.Today(act.At), after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(list, in.Limit, func(e enforcement.PublicReward) enforcement.ID { return e.Reward }), nil
}
