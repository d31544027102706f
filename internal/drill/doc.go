// Package drill is a test: the restore drill. It has no code of its own.
//
// Departments with ledgers of their own receive what a court's listings come to.
// A backup is taken; then the lives go on: listings are published, ended and
// suspended, and all of it is delivered. The backup is restored into another
// database, and the departments stay as they are. Then it must hold that
//
//   - nothing that burdens leaves, and nobody is told who is restricted;
//   - each department is reconciled: asked, by its file, or by a statement;
//   - nothing that was lifted anywhere is ever in force there again;
//   - the hold is ended by a second person only, and deliveries go on;
//   - the audit of the directives finds nothing and no receiver holds wrongly.
//
// A restore that is killed at any step leaves a database on which nothing can be
// sent, and is finished by the same command. And whoever has the folder, or the
// restored tables, without the key file reads no name and no number.
package drill
