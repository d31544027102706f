package chaos_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"concordat/enforcement"
	"concordat/memoranda/day"
)

var (
	livesFlag = flag.Int("chaos.lives", 500, "listings that are lived")
	killsFlag = flag.Int("chaos.kills", 10, "how often the worker is killed")
	seedFlag  = flag.Uint64("chaos.seed", 0, "seed of the script and of the kills; 0 draws one")
)

// workerVariable carries the order of a worker, as JSON. A process that has it is
// no test.
const workerVariable = "CONCORDAT_CHAOS_WORKER"

// order is all that a worker knows when it starts.
type order struct {
	URL     string // of the database
	KeyFile string
	Seed    uint64
	Lives   int
	// Finished are the lives of which every act was answered: they are not asked
	// for again.
	Finished []int
	// Swallow plants the defect: one message with a withdrawal to this
	// organisation is lost and counted as acknowledged.
	Swallow enforcement.OrganisationID
	// Adopt is the file of an edition. A process that has it lives no lives: it adopts
	// the edition, and has directives follow until its input ends.
	Adopt string
}

func TestMain(m *testing.M) {
	if text := os.Getenv(workerVariable); text != "" {
		var o order
		if err := json.Unmarshal([]byte(text), &o); err != nil {
			fmt.Fprintln(os.Stderr, "read the order:", err)
			os.Exit(exitFault)
		}
		os.Exit(work(o))
	}
	os.Exit(m.Run())
}

func machine() time.Time { return time.Now().UTC() }

// delivery is the legal day on which everything is delivered: after most acts,
// so that what fails is late and goes to the inbox as well, and before the end of
// every term, so that nothing is barred for its age.
var delivery = day.Of(2025, time.December, 1)
