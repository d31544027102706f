// Package pgtest gives every test a PostgreSQL database of its own.
//
// A test package hands its start to [Main]:
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
//
// and each test asks for a database:
//
//	func TestEnter(t *testing.T) {
//		t.Parallel()
//		db := pgtest.New(t)
//		…
//	}
//
// The first call starts one server for the process, in a fresh directory, and
// migrates one database; every call then copies that one, which takes some
// tens of milliseconds. The database goes with the test, the server with the
// process: after the tests, at an interrupt, and, should the process be killed,
// by the kernel's hand. What a killed process leaves behind the next one
// removes.
//
// The server runs without fsync, in memory if there is room
// ([pg.FreshTestDir]), so it says nothing about speed.
package pgtest
