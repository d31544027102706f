package enforcetest

import (
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/paper"
	"concordat/memoranda/day"
)

// Paper is a paper as it comes in an act's own request.
func Paper(text string) paper.Given { return paper.Given{Content: []byte(text)} }

// FactPapers are papers of the facts of some grounds of Art. 1, as a draft brings them.
func FactPapers(conducts ...listing.Conduct) (list []ground.Brought) {
	for _, c := range conducts {
		for _, f := range listing.FactPapers(c) {
			list = append(list, ground.Brought{Purpose: f.Purpose, Paper: Paper("演示:" + f.ZH)})
		}
	}
	return list
}

// Application is the creditor's application of today.
func (b *Bundle) Application() listing.Application {
	return listing.Application{ReceivedOn: b.Day(), Paper: Paper("演示申请书")}
}

// Applied is one of a day.
func Applied(on day.Day) listing.Application {
	return listing.Application{ReceivedOn: on, Paper: Paper("演示申请书")}
}

// Fact is a fact that bars a listing from a day on.
func Fact(kind listing.ExclusionKind, on day.Day) listing.NewExclusion {
	return listing.NewExclusion{Kind: kind, On: on, Paper: Paper("演示证明材料")}
}

// FactOver is that a fact no longer stands.
func FactOver(on day.Day, reasons string) listing.ExclusionEnd {
	return listing.ExclusionEnd{On: on, Reasons: reasons, Paper: Paper("演示核查笔录")}
}

// Resuming gives back what was suspended, or stands by it, with reasons.
func Resuming(reasons string) ground.Resumption {
	return ground.Resumption{Reasons: reasons, Paper: Paper("演示身份核查表")}
}

// Refusing is the decision that refuses it.
func Refusing() paper.Given { return Paper("演示驳回决定书") }

// Stay is a suspension by a court's ruling.
func Stay() ground.Suspension {
	return ground.Suspension{Reason: ground.CourtStay, Paper: Paper("演示中止裁定")}
}

// Brake is a suspension because it may be the wrong person.
func Brake() ground.Suspension { return ground.Suspension{Reason: ground.WrongPersonClaim} }
