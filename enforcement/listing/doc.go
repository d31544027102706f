// Package listing keeps the entries on the courts' list of judgment debtors
// (失信被执行人名单), from the draft to the end, by 法释〔2017〕7号 and 法发〔2019〕35号.
//
// A court's people draft a [Listing] on one or more of the six grounds of Art. 1, record
// the warning and the creditor's application; a judge proposes, the president signs;
// service is recorded, a period of grace may run, then it is published and its directives
// go out with it. Until then it restrains nobody. It ends by deletion, at its term, early,
// or by revocation where it should never have been, and the end and all its withdrawals
// are one transaction. [Table] is that life as data.
//
// It owns listing, exclusion_fact, listing_extension and network_search. What must hold:
// nobody under 18 on the day of the decision or of the publication; only the debtor
// itself; no fact that excludes it stands open ([Listings.OpenExclusion]); ground 1 alone
// has no term, every other listing at most two years; three working days run from the
// event of an end, not from its entry. A correction never changes who somebody is: that
// is a revocation and a new draft.
//
// The API, register and the demonstration call it; explain and intake use its words. It
// calls record, party, docket, hold, plan, ground and reward. Begin with table.go and
// read.go, then draft.go, decide.go, publish.go and end.go in the order of a life;
// exclusion.go and change.go are what comes between. The example asks the table, package
// register's walk through a life.
package listing
