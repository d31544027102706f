package intake

import (
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/memoranda/day"
)

// Row is one record of a court's file, already read and checked in
// itself: its texts are of the right form, whatever the record says to them.
type Row struct {
	// Line is the line (CSV, JSON lines) or row (XLSX) of the file where the
	// record begins, from 1, header included.
	Line int64
	// Record is the id the court's own system gave it; "" where the file has none.
	Record string
	// Court is the name of the court as the file says it; "" if the file has none.
	Court string
	// Case has Number, FiledOn, BasisDocument and BasisUnit.
	Case party.Case
	// Subject has been through the parsing of package identifier.
	Subject party.Identity
	// Conducts are sorted, without repetition, at least one.
	Conducts []listing.Conduct
	Facts    listing.Facts
	// Taken is set in files of listings already in force, and only there.
	Taken *TakenOver
	// Remark is the code of what is told of the row though it is taken; "" for nothing.
	Remark string
	// Raw are the row's cells as they stood in the file, only for the file of
	// refused rows beside the input; nil where nobody wants one.
	Raw []string
}

// TakenOver is what the court states of a listing already in force elsewhere.
// A day that is zero did not happen or is not known.
type TakenOver struct {
	DecisionNumber string  `json:"decision_number,omitempty"`
	DecidedOn      day.Day `json:"decided_on,omitzero"`
	// SignedBy is the staff number or the name of the president who signed.
	SignedBy string  `json:"signed_by,omitempty"`
	ServedOn day.Day `json:"served_on,omitzero"`
	// Manner is one of [ground.Manners].
	Manner string `json:"manner,omitempty"`
	// RepairNotice is the day on which the repair notice was given.
	RepairNotice day.Day `json:"repair_notice_on,omitzero"`
	// TermUntil is the last day of the term; zero for conduct 1 alone, which has none.
	TermUntil   day.Day `json:"term_until,omitzero"`
	PublishedOn day.Day `json:"published_on,omitzero"`
	// WarnedOn is the day on which the execution notice with the risk warning was served.
	WarnedOn day.Day `json:"warned_on,omitzero"`
	// EndedOn is the day of an end known elsewhere, EndReason what the court says of it.
	EndedOn   day.Day `json:"ended_on,omitzero"`
	EndReason string  `json:"end_reason,omitempty"`
}
