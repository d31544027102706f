// Package hold stops everything that burdens, and lets it go again (暂停下发).
//
// [Holds.Place] stops, within a [Scope], whatever imposes, adds or takes a grant away;
// what lifts goes on. A president may hold the own court's grounds, an operator anything.
// Somebody else than who placed a hold must end it, with a reason.
//
// What must hold is the order. An attempt passes the gate ([EnterGate]) shared, a hold is
// placed with it alone: once Place returns, no process can open an attempt that burdens
// and does not know of the hold, and those open before can be waited for (package
// notify). What is stopped stays due and is not read; nothing is lost. The SQL function
// directive_held says for one directive whether a hold stops it.
//
// The hold of a restoration is special: it ends only when every organisation was
// reconciled and every ground of before is confirmed by its owner, and while it stands
// nobody is shown as restricted ([Holds.RefuseRestoring]). With each restoration the versions of directives jump
// ([Following]), because a recipient may hold newer ones than the restored record knows.
//
// It owns the table hold; restoration and reconciliation are package restore's, and are
// read here. Packages directive and ground ask before anything burdens, explain tells of
// it, the API and the commands place and end. It calls record alone. Begin with place.go;
// epoch.go is about restorations, and its rule of versions is the example. A hold that is
// ended by a second person stands in package register's example of a restoration.
package hold
