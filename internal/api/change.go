package api

import (
	"context"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/memoranda/day"
)

// Extension is the served decision that lengthens a term.
type Extension struct {
	Move

	Body struct {
		Number   string     `json:"number" maxLength:"100" doc:"Number of the decision"`
		Reasons  string     `json:"reasons" maxLength:"20000"`
		Cause    string     `json:"cause" enum:"serious-violence-or-threat,several-dishonest-acts"`
		Years    int        `json:"years" doc:"1 to 3"`
		ServedOn day.Day    `json:"served_on"`
		Acts     []ActShown `json:"acts,omitempty" nullable:"false" maxItems:"100" doc:"The dishonest acts, each once; two at least for several-dishonest-acts"`
		PaperBody
	}
}

// ActShown is one dishonest act that an extension counts.
type ActShown struct {
	On   day.Day `json:"on" doc:"The day of the act"`
	What string  `json:"what" maxLength:"2000" doc:"What was done; ten letters or digits at least"`
}

func (in *Extension) acts() []listing.DishonestAct {
	list := make([]listing.DishonestAct, len(in.Body.Acts))
	for i, a := range in.Body.Acts {
		list[i] = listing.DishonestAct(a)
	}
	return list
}

// Suspension stops a listing's effect at every recipient.
type Suspension struct {
	Move

	Body struct {
		Reason string `json:"reason" enum:"court-stay,wrong-person" doc:"wrong-person is the brake: any of the court's people can pull it"`
		PaperBody
	}
}

// Resumption gives back what was suspended.
type Resumption struct {
	Move

	Body struct {
		Reasons string `json:"reasons" maxLength:"20000" doc:"Why; at least ten letters or digits"`
		PaperBody
	}
}

func (in *Resumption) resumption() ground.Resumption {
	return ground.Resumption{Reasons: in.Body.Reasons, Paper: in.Body.given()}
}

// RestoredResumption resumes what a restoration had put in doubt.
type RestoredResumption struct {
	Move

	Body struct {
		Reasons string `json:"reasons" maxLength:"20000" doc:"Why the lost time held no end of it"`
		PaperBody
	}
}

func (in *RestoredResumption) resumption() ground.Resumption {
	return ground.Resumption{Reasons: in.Body.Reasons, Paper: in.Body.given()}
}

func (in *Suspension) suspension() ground.Suspension {
	return ground.Suspension{Reason: in.Body.Reason, Paper: in.Body.given()}
}

// Dropping takes from a listing the grounds that a recorded fact bars.
type Dropping struct {
	Move

	Body struct {
		Reasons string `json:"reasons" maxLength:"20000" doc:"Why what is left carries the listing"`
	}
}

// CorrectionOpening records that data were found inaccurate.
type CorrectionOpening struct {
	Move

	Body struct {
		FoundOn day.Day `json:"found_on"`
	}
}

// CorrectedData are the data as they should be.
type CorrectedData struct {
	Move

	Body IdentityBody
}

func changeRoutes(s *server) {
	k, r := s.listings(), s.Register
	addMove(s, k, "extension", "extend-listing", tagChanges, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Extension) error {
		b := in.Body
		return r.Listings.Extend(ctx, act, c, listing.Extension{Number: b.Number, Reasons: b.Reasons, Cause: b.Cause, Acts: in.acts(), Years: b.Years, ServedOn: b.ServedOn, Paper: b.given()})
	})
	addMove(s, k, "suspension", "suspend-listing", tagChanges, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Suspension) error {
		return r.Listings.Suspend(ctx, act, c, in.suspension())
	})
	addMove(s, k, "resumption", "resume-listing", tagChanges, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Resumption) error {
		return r.Listings.Resume(ctx, act, c, in.resumption())
	})
	addMove(s, k, "resumption/restored", "resume-restored-listing", tagChanges, func(ctx context.Context, act enforcement.Act, c ground.Change, in *RestoredResumption) error {
		return r.Listings.ResumeRestored(ctx, act, c, in.resumption())
	})
	addMove(s, k, "barred-grounds", "drop-barred-grounds", tagChanges, func(ctx context.Context, act enforcement.Act, c ground.Change, in *Dropping) error {
		return r.Listings.Drop(ctx, act, c, in.Body.Reasons)
	})
	addMove(s, k, "confirmation", "reaffirm-listing", tagChanges, func(ctx context.Context, act enforcement.Act, c ground.Change, in *RestoredResumption) error {
		return r.Listings.Reaffirm(ctx, act, c, in.resumption())
	})
	addMove(s, k, "correction", "open-correction", tagChanges, func(ctx context.Context, act enforcement.Act, c ground.Change, in *CorrectionOpening) error {
		return r.Listings.OpenCorrection(ctx, act, c, in.Body.FoundOn)
	})
	addMove(s, k, "correction/data", "correct-listing", tagChanges, func(ctx context.Context, act enforcement.Act, c ground.Change, in *CorrectedData) error {
		return r.Listings.Correct(ctx, act, c, in.Body.identity())
	})
}
