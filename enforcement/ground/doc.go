// Package ground has what every decision that directives rest on has in common. A ground
// is a court's listing, a department's entry, a reward, or an order; directives know
// nothing else of them.
//
// What can happen to a case is data. A [Table] is the life of one kind: its states and
// its moves. A [Move] says from where and to where, who may make it and who must be a
// second person, which fields it needs, which clocks it stops and starts, what it does to
// directives ([Effect]), and which article it comes from. Everybody reads the same table:
// the refusals, GET …/moves, the roles of addresses, docs/procedures.md, the audit, the
// tests. [Table.After] and [Move.Answer] ask it without a database.
//
// A [Life] is a table over the record. [Life.Do] makes one move in one transaction: it
// asks who, what is needed, the state, and what the case itself rules out; then the kind's
// own function checks the rest and says what is written; then the row ([Turn]), the
// clocks, the ground and the directives follow as the table says. [Life.Moves] asks the
// same questions and tells what is possible now, and why not. A new kind brings a table, its
// row and its own checks.
//
// A corrected identity is held for its owner and proposed to the others (correct.go).
//
// It owns the tables ground and identity_correction. The row of a case and its ground agree in state, version, term
// and end, by triggers of migration 18, and the audit proves it for every kind. A ground
// that has ended stays ended, and its withdrawals are queued in the same transaction. What
// comes in force gets its directives in one place ([Grounds.PutInForceFrom]).
//
// Reward, administrative and listing are its kinds; restore and intake use its doors. It
// calls record, party, docket, hold, plan and directive. Begin with table.go, then life.go
// and turn.go; publish.go, suspend.go, expire.go and service.go are acts of all kinds. The
// examples make a small table of their own and ask it.
package ground
