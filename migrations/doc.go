// Package migrations is the schema, in order: numbered SQL files and one Go
// step that runs River's own migrations.
//
// A file is named 00002_reference.sql: its number is its version, and versions
// only ever go forward. Each SQL file runs in a transaction of its own, so it
// is there whole or not at all. Version 1 is Go ([RiverVersion] says how far it
// brings River): River lives in the schema "river", apart from our tables, and
// must be there first, because later files may refer to it.
//
// The rule for writing one: add first, remove a release later. A binary of
// version N runs on the schemas N and N+1, so that a roll-out needs no stop.
// A newer River migration is a new Go step with its own number; the pinned
// version of step 1 is never raised afterwards.
//
// [Up] may be called by several processes at once: a session advisory lock
// lets one work while the others wait for it.
package migrations
