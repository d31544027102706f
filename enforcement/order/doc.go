// Package order keeps the courts' consumption-restriction orders (限制消费令), from the draft
// to the end.
//
// One order restricts one person: the debtor, or, of a unit that is the debtor, one of its
// people in one of four roles, with its proof (法释〔2015〕17号 Art. 3). It rests on a payment
// duty that was not performed in the period of the execution notice (Art. 1 ¶1), or on the
// debtor's listing in force (Art. 1 ¶2). A judge proposes what it bans, for how long, and
// what was weighed; the president signs; each person is served; a period of grace may run;
// then it holds and goes to the recipients. [Table] is the life as data.
//
// Whom the court told beside them, by notice to assist or by announcement (Art. 6), is a list
// of its own, and the end reaches all of it (Art. 9): until then a task of the court stays
// open. When the listing on which an order rests ends, the court lifts the order or keeps it
// with reasons and a ground of its own ([Orders.Keep]).
//
// It owns consumption_order and order_notice; texts are sealed under the subject's envelope.
// What must hold: nobody under 18; no order without the president's signature over a filed
// text, its service and its grounds; nothing kept after performance.
//
// The API and register call it. It calls record, party, docket, ground, plan and listing.
// Begin with table.go, then draft.go, decide.go, force.go, end.go and told.go in the order
// of a life. The example asks the table.
package order
