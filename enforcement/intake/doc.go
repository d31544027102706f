// Package intake takes a court's file in, row by row. Reading the file itself, its format,
// encoding and columns, is package internal/courtfile's: what comes here is a [Row].
//
// A [Run] is one file of one court, read once: the same file is the same run. Its rows are
// checked and sealed in batches ([Intake.Prepare], which needs no database) and settled in
// order ([Intake.Write]): subjects, cases, drafts, refusals and how far the run is are one
// transaction, so that a killed reader goes on where the run is. A file of [Listings]
// becomes drafts and publishes nothing. A [Takeover] brings listings in force elsewhere,
// under the president's statement and their old days; whatever is unclear in one of them
// is a [ReviewItem] and waits for a person.
//
// The same record is entered once: under one key of court, case, subject and source record
// the same content is skipped, other content is a conflict, nothing is overwritten, and
// what has ended stays ended. However a file is cut into batches, it gives the same record.
// A refusal names line, column and code, never a person.
//
// It owns import_upload, import_chunk, import_run, import_refusal, import_remark, listing_source and
// review_item. A batch also brings subjects, cases, grounds, listings and events in: the
// rooms that own those tables copy them (rows.go). An upload is sealed
// as it arrives and never on disk in clear.
//
// Package internal/jobs reads uploads and calls it, and so do the API and the command
// import. It calls record, party, docket, hold, plan, directive, ground, reward and
// listing. Begin with run.go and start.go, then prepare.go and write.go; takeover.go and upload.go
// stand apart. A file of one row is an example in package register.
package intake
