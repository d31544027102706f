package api

import (
	"context"
	"net/http"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/enforcement/reward"
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
		Document   []byte         `json:"document,omitempty" doc:"The evaluation or decision itself, in base64"`
	}
}

// RewardsPage asks for a page of rewards.
type RewardsPage struct {
	Page

	State    ground.State `query:"state" enum:"draft,in-force,under-review,ended"`
	ListType string       `query:"list_type" maxLength:"100"`
}

// RewardFile is a reward with all that hangs on it.
type RewardFile struct {
	ETag string `header:"ETag"`
	Body struct {
		Reward  reward.Reward   `json:"reward"`
		Reviews []reward.Review `json:"reviews" nullable:"false" doc:"What publications on lists of serious dishonesty ask of its owner"`
		Hanging
	}
}

// RewardNotice records the notice to the subject of a reward under review.
type RewardNotice struct {
	Move

	Body struct {
		On day.Day `json:"on" doc:"The day on which the subject was given notice; the time to answer runs from it"`
		PaperBody
	}
}

// RewardAnswer is what the subject of a reward under review answered.
type RewardAnswer struct {
	Move

	Body struct {
		On   day.Day `json:"on" doc:"The day on which the answer came"`
		Text string  `json:"text" maxLength:"20000"`
		PaperBody
	}
}

// RewardReviewDecision keeps or ends a reward under review.
type RewardReviewDecision struct {
	Move

	Body struct {
		Decision string `json:"decision" enum:"keep,end"`
		Reasons  string `json:"reasons" maxLength:"20000"`
		Basis    string `json:"basis,omitempty" maxLength:"500" doc:"The rule cited, with its article; required for an end; never anything about the subject"`
		PaperBody
	}
}

// RewardEnding ends a reward for its owner's own reasons.
type RewardEnding struct {
	Move

	Body struct {
		Reasons string `json:"reasons" maxLength:"20000"`
		Basis   string `json:"basis,omitempty" maxLength:"500" doc:"The rule cited, if any; never anything about the subject"`
		PaperBody
	}
}

// RewardConfirmation says why a reward stands that a restored record put in doubt.
type RewardConfirmation struct {
	Move

	Body struct {
		Reasons string `json:"reasons" maxLength:"20000"`
		PaperBody
	}
}

// rewards are the rewards at the edge; an answer may carry the owner's note.
func (s *server) rewards() *kind[reward.Reward] {
	return &kind[reward.Reward]{
		table: reward.Table(), tag: tagRewards, personal: true, read: s.Register.Rewards.Get, list: s.Register.Rewards.List, moves: s.Register.Rewards.Moves,
		id: func(w reward.Reward) enforcement.ID { return w.ID }, version: func(w reward.Reward) int { return w.Version },
	}
}

func rewardRoutes(s *server) {
	addPapers(s, s.rewards(), &s.Register.Rewards.Life)
	add(s, operation{
		method: http.MethodPost, path: rewardsPath, id: "enter-reward", tag: tagRewards, roles: ofDepartment, status: http.StatusCreated, papered: true,
		zh: "登记激励；自首日起生效，无须送达", en: "Enter a reward; it is in force from its first day and needs no service",
	}, s.enterReward)
	addCases(s, s.rewards(), "本单位认定的激励", "List the rewards of my organisation", func(in *RewardsPage) (ground.Wanted, error) {
		after, err := in.afterID()
		return ground.Wanted{State: in.State, ListType: in.ListType, After: after, Limit: in.Limit}, err
	})
	add(s, operation{
		method: http.MethodGet, path: rewardsPath + "/{id}", id: "get-reward", tag: tagRewards, roles: ofHolders,
		zh: "查看激励及其复核、协同任务、时限和日志", en: "Read a reward with its reviews, directives, clocks and events",
	}, s.rewardFile)
	rewardMoves(s)
	add(s, operation{
		method: http.MethodGet, path: "/v1/public/rewards", id: "list-public-rewards", tag: tagPublic,
		zh: "按规定公布的激励名单", en: "The rewards that their lists' rules publish: name, list, owner and year",
	}, s.publicRewards)
}

func rewardMoves(s *server) {
	k, r := s.rewards(), s.Register
	addMove(s, k, "notice", "notice-reward", tagRewards, func(ctx context.Context, act enforcement.Act, c ground.Change, in *RewardNotice) error {
		return r.Rewards.RecordNotice(ctx, act, c, in.Body.On, in.Body.given())
	})
	addMove(s, k, "answer", "answer-reward", tagRewards, func(ctx context.Context, act enforcement.Act, c ground.Change, in *RewardAnswer) error {
		return r.Rewards.RecordAnswer(ctx, act, c, in.Body.On, in.Body.Text, in.Body.given())
	})
	addMove(s, k, "review", "review-reward", tagRewards, func(ctx context.Context, act enforcement.Act, c ground.Change, in *RewardReviewDecision) error {
		return r.Rewards.DecideReview(ctx, act, c, reward.Decision{End: in.Body.Decision == "end", Reasons: in.Body.Reasons, Basis: in.Body.Basis, Paper: in.Body.given()})
	})
	addMove(s, k, "end", "end-reward", tagRewards, func(ctx context.Context, act enforcement.Act, c ground.Change, in *RewardEnding) error {
		return r.Rewards.End(ctx, act, c, in.Body.Reasons, in.Body.Basis, in.Body.given())
	})
	addMove(s, k, "confirmation", "confirm-reward", tagRewards, func(ctx context.Context, act enforcement.Act, c ground.Change, in *RewardConfirmation) error {
		return r.Rewards.Confirm(ctx, act, c, in.Body.Reasons, in.Body.given())
	})
}

func (s *server) enterReward(ctx context.Context, act enforcement.Act, in *NewReward) (*Created, error) {
	b := in.Body
	id, err := s.Register.Rewards.Enter(ctx, act, reward.NewReward{
		ListType: b.ListType, Subject: b.Subject, Reference: b.Reference, DecidedOn: b.DecidedOn, Year: b.Year,
		ValidFrom: b.ValidFrom, ValidUntil: b.ValidUntil, Note: b.Note, Paper: paper.Given{Content: b.Document},
	})
	if err != nil {
		return nil, err
	}
	return created(rewardsPath, id), nil
}

func (s *server) rewardFile(ctx context.Context, act enforcement.Act, in *Path) (*RewardFile, error) {
	// Who may read the reward may read what hangs on it; whoever may not is told
	// that there is none.
	var out RewardFile
	asks, told := out.Body.asks(s.Register, act, in.ID)
	w, err := s.Register.Rewards.Get(ctx, act, in.ID, asks...)
	if err != nil {
		return nil, err
	}
	out.ETag, out.Body.Reward = etag(w.Version), w
	reviews, err := s.Register.Rewards.Reviews(ctx, act, w.ID)
	if err != nil {
		return nil, err
	}
	out.Body.Reviews = append([]reward.Review{}, reviews...)
	return &out, told(ctx)
}

func (s *server) publicRewards(ctx context.Context, act enforcement.Act, in *Page) (*List[reward.PublicEntry], error) {
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	list, err := s.Register.Rewards.PublicEntries(ctx, s.Register.Record.Today(act.At), after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(list, in.Limit, func(e reward.PublicEntry) enforcement.ID { return e.Reward }), nil
}
