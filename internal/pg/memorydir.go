package pg

import "golang.org/x/sys/unix"

const (
	// inMemory is where Linux keeps a file system in memory for everybody.
	inMemory = "/dev/shm"
	// memoryRoom is how many bytes must be free there: a server with its log takes
	// less than a quarter of it, and several test packages run at a time. Containers
	// have some 64 MB as a rule, which is too little for one.
	memoryRoom = 4 << 30
)

// FreshTestDir is [FreshDir] for data of tests, which may go with the machine: it
// is in memory where there is room for that, else where FreshDir makes its own.
// Every database is a thousand small files, and a file system on a disk takes
// longer over making and deleting them than most tests take over their work.
func FreshTestDir(prefix string) (string, error) {
	if hasRoom(inMemory, memoryRoom) {
		if dir, err := freshDir(prefix, inMemory); err == nil {
			return dir, nil
		} // closed to the server's user: the disk is open
	}
	return FreshDir(prefix)
}

// hasRoom tells whether a directory is in memory and has so many bytes free.
func hasRoom(dir string, bytes uint64) bool {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil || fs.Type != unix.TMPFS_MAGIC {
		return false // not there: this system keeps none
	}
	return fs.Bavail*uint64(fs.Bsize) >= bytes //nolint:gosec // a size of blocks is positive
}
