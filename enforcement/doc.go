// Package enforcement decides and keeps the record. In this folder stand only the
// words that all of its rooms share: who acts, when and as what ([Act], [Actor],
// [Role]), how anything is named ([ID], [OrganisationID]), how a person is told no
// ([Refusal]), and the client's request that an act is ([Request]). It keeps no table.
//
// # The rooms
//
// Each room below is an office with one struct, one set of tables and one doc.go. A
// room imports only rooms above it:
//
//	record          one act, one transaction, one event; asked again, done once
//	party           who is concerned: subjects, organisations, cases
//	paper           what proves a step: the documents of the file
//	docket          what somebody still has to do, and until when
//	hold            what stops everything that burdens
//	plan            what was agreed and attested as of a day, and who shall do what by it
//	directive       what each organisation is told, version by version, and how far it got
//	ground          what all decisions that directives rest on have in common: their life
//	replan          how live grounds follow a changed plan
//	reward          entries on lists that reward, and their review
//	administrative  entries on departments' lists
//	listing         entries on the courts' list
//	kinds           every kind of case, for those who go through them all
//	restore         what a restored record lost, and how it is put right
//	explain         why a measure is, or is not, applied to somebody
//	intake          a court's file on its way in
//	audit           every directive recomputed from the events alone
//	register        opens them all over one database, and runs a day
//
// # What holds everywhere
//
// A public method takes an [Act]. It opens the one transaction; functions that take a
// transaction are for other rooms. A person's mistake comes back as a *[Refusal] with a
// stable code from [Codes] and no personal data; package i18n has the words. Anything
// else is a fault. What is another organisation's is "not-found", as if it were not.
// Legal time is an argument, never asked of a clock.
//
// Read [Act.Check] and [Refuse] here, then package record, then whichever room the
// question is about; package register's examples walk through most doors. How versions
// travel is not known in any room: that is package notify's.
package enforcement
