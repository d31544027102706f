// Package restore finds out what a restored record lost, and puts it right.
//
// A database brought back from a backup knows nothing of what happened since: an end may
// be lost, and recipients may hold versions that the record never wrote. So [Restored]
// places a hold on everything in the transaction that takes the backup's mark away, counts
// the epoch up, so that versions jump over whatever was sent in the lost time, and gives
// owners a task for all that was decided and not published. By the epoch everything that
// burdens and was decided before is unconfirmed: shown to nobody, sending nothing that
// burdens (package ground, doubt.go). Then every organisation is
// asked what it holds: page by page ([Restorer.ReconcilePage]), by a file, or by its
// reviewer's statement ([Restorer.ReconcileStated]). When all have answered, each owner
// confirms the list of what is unconfirmed in one act ([Restorer.Unconfirmed],
// [Restorer.Confirm]), some excepted; then a second person ends the hold.
//
// What differs is put right in the subject's favour, and nothing is ever imposed by it:
// what is unknown here is withdrawn there (an orphan), what was withdrawn there is
// withdrawn here, what is newer there is suspended everywhere until its owner says what
// became of it. The rules are one pure function (judge, in compare.go).
//
// It owns restoration and reconciliation. A page that was done before changes nothing. All
// it does is in the log, and the audit follows it.
//
// The command restore calls it through package backup, the API and notify bring the
// inventories, audit reads its events. It calls record, docket, hold, directive, ground
// party and kinds. Begin with restoration.go, then reconcile.go and judge, then confirm.go. A
// restoration up to the end of its hold is an example in package register.
package restore
