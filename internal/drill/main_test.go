package drill_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"concordat/internal/pg/pgtest"
)

// restoreVariable carries the order of a restore that will be killed, as JSON. A
// process that has it is no test.
const restoreVariable = "CONCORDAT_DRILL_RESTORE"

func TestMain(m *testing.M) {
	if text := os.Getenv(restoreVariable); text != "" {
		var o order
		if err := json.Unmarshal([]byte(text), &o); err != nil {
			fmt.Fprintln(os.Stderr, "read the order:", err)
			os.Exit(1)
		}
		os.Exit(o.restore())
	}
	pgtest.Main(m)
}
