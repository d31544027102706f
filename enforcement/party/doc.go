// Package party knows who is concerned: subjects, organisations and execution cases.
//
// A subject is entered by its number, never by its name alone: [Parties.EnterSubject]
// finds the one that holds the number under the same name, and refuses another name
// (which of the two is wrong is for a person to find out). Everything that names it, an
// [Identity], is sealed under an envelope of its own; what is looked up is a keyed hash
// of the number. [Parties.Shred] forgets the envelope: then nothing that was sealed
// under it, here or in any other room, can be read again. It is refused while anything
// is in force.
//
// An [Organisation] is a real court or department of a region. It stands for bodies that
// memoranda name from a day until a day ([Part]); which of them carries a measure out is
// package plan's question. A [Case] is an execution case of a court, whose number must
// name that court.
//
// Organisations change rarely and are asked for by every publication and look-up: a process
// keeps them under organisation_mark, a number that the database's triggers change with
// every statement on them, whoever made it.
//
// Courts share subjects; what a department enters for its list it enters for itself (own.go),
// so that no answer tells it whom others know. The record knows that two are one person by
// the hash of the number (same_person). What one owner corrected of a subject of whom others
// have cases too, holds for it alone (correct.go).
//
// It owns subject, subject_lookup, subject_number, subject_identity, organisation,
// organisation_role, execution_case and case_link. An identity leaves this package only opened for a
// purpose: a send, a public entry, the owner's own people; and masked wherever the number
// need not be whole.
//
// Nearly every room calls it, and the API, and package notify for the sends. It calls
// record, and through [Parties.CheckKeeper] the plans, which stand above it and are put in
// by package register. Begin with subject.go; rotate.go is how subjects get a new key. An
// identity that is brought into form is an example here, a subject entered twice one in
// package register.
package party
