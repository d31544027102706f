// Package backup takes the record to a folder and brings it back.
//
// [Make] writes a folder of two files: data.dump, one consistent snapshot by
// pg_dump, and manifest.json, which says what it is: versions, instants, rows of
// the tables, SHA-256, and the keys it needs. The keys themselves never lie
// beside the data; they are copied to a file elsewhere only when asked for. Who
// has the folder alone learns nothing about any person.
//
// [Restore] brings a folder into an empty database. Until it is finished, the
// database carries a mark that register.Open refuses, and is set to be read only
// for every new session, so that no program of any version can commit an attempt,
// without which nothing is sent. The mark goes in the transaction that writes the
// restoration and places the hold on everything. A restore that was broken off
// is run again with the same folder and goes on where it stopped.
//
// What follows is the reconciliation: package enforcement/restore has its rules,
// package notify asks those who have a system, [ReadInventory] reads the files of
// the others.
package backup
