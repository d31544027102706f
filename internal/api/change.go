package api

import (
	"context"

	"concordat/enforcement"
	"concordat/memoranda/day"
)

// Extension is the served decision that lengthens a term.
type Extension struct {
	Move

	Body struct {
		Number   string  `json:"number" maxLength:"100" doc:"Number of the decision"`
		Reasons  string  `json:"reasons" maxLength:"20000"`
		Cause    string  `json:"cause" enum:"serious-violence-or-threat,several-dishonest-acts"`
		Acts     int     `json:"acts,omitempty" minimum:"0" maximum:"1000" doc:"How many acts, for several-dishonest-acts"`
		Years    int     `json:"years" doc:"1 to 3"`
		ServedOn day.Day `json:"served_on"`
	}
}

// Suspension stops a listing's effect at every recipient.
type Suspension struct {
	Move

	Body struct {
		Reason string `json:"reason" enum:"court-stay,wrong-person" doc:"wrong-person is the brake: any of the court's people can pull it"`
	}
}

// RestoredResumption resumes what a restoration had put in doubt.
type RestoredResumption struct {
	Move

	Body struct {
		Reasons string `json:"reasons" maxLength:"20000" doc:"Why the lost time held no end of it"`
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

func (s *server) changeRoutes() {
	add(s, moveOperation("extension", "extend-listing", tagChanges, "延长期限（院长签发并已送达）", "Extend the term, as the president, served before it ends"), s.extend)
	add(s, moveOperation("suspension", "suspend-listing", tagChanges, "中止；错误主体的任何法院人员均可紧急中止", "Suspend at every recipient"), s.suspend)
	add(s, moveOperation("resumption", "resume-listing", tagChanges, "恢复", "Resume at every recipient"), s.resume)
	add(s, moveOperation("resumption/restored", "resume-restored-listing", tagChanges, "数据恢复后存疑的列入：说明理由后恢复", "Resume, with reasons, what a restored record put in doubt"), s.resumeRestored)
	add(s, moveOperation("correction", "open-correction", tagChanges, "登记发现的错误；三个工作日内更正", "Record that data are inaccurate; three working days begin"), s.openCorrection)
	add(s, moveOperation("correction/data", "correct-listing", tagChanges, "更正数据并通知所有接收单位", "Correct the data and send them to every holder"), s.correct)
}

func (s *server) extend(ctx context.Context, act enforcement.Act, in *Extension) (*MovedListing, error) {
	return s.move(ctx, act, in.Move, func(c enforcement.Change) error {
		return s.Register.Extend(ctx, act, c, enforcement.Extension{
			Number: in.Body.Number, Reasons: in.Body.Reasons, Cause: in.Body.Cause, Acts: in.Body.Acts, Years: in.Body.Years, ServedOn: in.Body.ServedOn,
		})
	})
}

func (s *server) suspend(ctx context.Context, act enforcement.Act, in *Suspension) (*MovedListing, error) {
	return s.move(ctx, act, in.Move, func(c enforcement.Change) error { return s.Register.Suspend(ctx, act, c, in.Body.Reason) })
}

func (s *server) resume(ctx context.Context, act enforcement.Act, in *Move) (*MovedListing, error) {
	return s.move(ctx, act, *in, func(c enforcement.Change) error { return s.Register.Resume(ctx, act, c) })
}

func (s *server) resumeRestored(ctx context.Context, act enforcement.Act, in *RestoredResumption) (*MovedListing, error) {
	return s.move(ctx, act, in.Move, func(c enforcement.Change) error { return s.Register.ResumeRestored(ctx, act, c, in.Body.Reasons) })
}

func (s *server) openCorrection(ctx context.Context, act enforcement.Act, in *CorrectionOpening) (*MovedListing, error) {
	return s.move(ctx, act, in.Move, func(c enforcement.Change) error { return s.Register.OpenCorrection(ctx, act, c, in.Body.FoundOn) })
}

func (s *server) correct(ctx context.Context, act enforcement.Act, in *CorrectedData) (*MovedListing, error) {
	return s.move(ctx, act, in.Move, func(c enforcement.Change) error { return s.Register.Correct(ctx, act, c, in.Body.identity()) })
}
