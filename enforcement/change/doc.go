// Package change has what decides who is told, and who may decide it, done by two people
// (双人办理): one proposes, another confirms within a week.
//
// An endpoint at another address, an organisation that comes to stand for a body, another
// operator's token: whoever makes such a change alone turns restrictions, and liftings,
// where they like. So the rooms that keep these things ask [Changes.Alone], and where it
// says no they have the change proposed ([Changes.ProposeIn]); [Changes.Confirm] carries it
// out by the room's own [Carry], in one transaction with the confirmation and the event,
// which names both. Before an installation has sent anything nobody can be led astray, and
// somebody has to begin: one person is enough.
//
// What must hold: a confirmation is by another person than the proposal, before it lapses,
// once, of exactly what was proposed. The schema holds the first three, a digest the last.
// What was proposed before a restoration is not confirmed after it: whether it was dropped
// meanwhile is not known.
//
// Who is affected is told ([Tell], [Changes.Notices]): in the inbox, and by the way that
// was used before the change, which package notify posts to. No lifting waits for that.
//
// It owns the tables change_proposal and notice, and calls record alone. Begin with
// propose.go.
package change
