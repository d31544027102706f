package record

// The advisory locks of the program, all of them. Those of two keys have a class, four
// letters, and a number in it; the lock of a request is one key of 64 bits
// ([enforcement.Request.Lock]) and never meets them, nor do goose's and River's own.
//
//	class  number              who holds it, until when
//	CONC   a lane's            who drains the lane; the connection ends, by whoever finds it silent too, or it is let go
//	CONH   0                   shared: who opens an attempt or publishes; alone: who places a hold; the transaction ends
//	CONH   1                   shared: who makes directives; alone: who adopts an edition or enters a statement; the same
//	CONH   13                  who finds out what has to be replanned; the same
//	CONH   14                  an account that issues an operator's first token; the same
//	IMPT   hash of a run's id  who reads the run's file; the connection ends, or it is let go
const (
	// LaneLocks is the class CONC. The number of a lane is notify's.
	LaneLocks int32 = 0x434F4E43
	// ImportLocks is the class IMPT.
	ImportLocks int32 = 0x494D5054

	// HoldGate, EditionGate, ReplanLock and FirstOperatorLock are the keys of class CONH (0x434F4E48), as
	// SQL takes them: `SELECT pg_advisory_xact_lock` + HoldGate.
	HoldGate    = `(1129270856, 0)`
	EditionGate = `(1129270856, 1)`
	ReplanLock  = `(1129270856, 13)`

	FirstOperatorLock = `(1129270856, 14)`
)
