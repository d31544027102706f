// Package administrative keeps the entries on departments' lists (行政名单), from the draft
// to the end.
//
// The subject is heard before it is decided: notice of cause, basis and rights, a window
// to state and defend, an answer to all that was stated, then the decision of a second
// person ([Administrative.Decide]), service, and publication. Lists that go out in a
// monthly batch are announced first and stand open to objections
// ([Administrative.AnnounceDue]). From its publication on an entry travels and ends as any
// listing does; repair ends it early, by the department that listed
// ([Administrative.DeleteEarly]).
//
// What each list allows, to whom, for how long, on which law and made public in which way,
// is the catalogue's, and is read as of the day (rules.go). Where it is silent our own
// term stands in its place and is called so. [Table] is the life as data.
//
// It owns administrative_listing and administrative_statement; texts are sealed under the
// subject's envelope. What must hold: nobody lists outside its powers or on a list without
// a footing; nothing is decided or published while a statement waits for its answer;
// nobody under 18; never longer than the list type and the law allow.
//
// The API and register call it. It calls record, party, docket, hold, plan, ground and
// reward. Begin with table.go and rules.go, then draft.go, statement.go, decide.go,
// publish.go and end.go in the order of a life. The example asks the table.
package administrative
