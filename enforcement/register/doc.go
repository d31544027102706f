// Package register opens all rooms over one database and says in which order a day goes.
//
// [Open] builds the [Offices] from a [Config], each room on those before it, enters what
// the shipped catalogue seeds, and refuses a database into which a restore was not
// finished. [Reading] is for examining a record: it enters nothing. [Offices.Daily] is
// the turn of a day: what is over ends first, then what was overdue is escalated, grounds
// follow the plan of the day, and what is due is published. It may run again at any time,
// in any process.
//
// It decides nothing and keeps no table. The order of a day must hold: liftings go before
// anything that burdens, and no publication goes by a plan of yesterday. Two loops of the
// building are closed here and nowhere else: who keeps a list ([party.Parties.CheckKeeper],
// which the plans know), and the lives of the kinds, which stand on their own offices.
//
// Commands, the API, jobs, telemetry and the tests open the record here. Begin with
// register.go, which shows every room and what it stands on.
//
// The tests of lives, of random histories and of the invariants stand here too, because
// they need several rooms; and so do the examples of the rooms whose doors need a database
// (example_test.go).
package register
