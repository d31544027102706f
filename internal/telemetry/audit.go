package telemetry

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// LastAudit is the outcome of the newest audit, as "concordat audit directives"
// leaves it in the data folder. It is a file and no row: an audit changes nothing
// in the record.
type LastAudit struct {
	// At is machine time of the end of the audit.
	At       time.Time `json:"at"`
	Findings int       `json:"findings"`
	Events   int64     `json:"events"`
	Versions int64     `json:"versions"`
}

// auditFile is its name in the data folder.
const auditFile = "last-audit.json"

// Keep writes the outcome into the data folder, in one step.
func (a LastAudit) Keep(folder string) error {
	text, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("write the outcome of the audit: %w", err)
	}
	path := filepath.Join(folder, auditFile)
	if err := os.WriteFile(path+".new", append(text, '\n'), 0o644); err != nil { //nolint:gosec // four numbers, which whoever scrapes may know
		return fmt.Errorf("write the outcome of the audit: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("write the outcome of the audit: %w", err)
	}
	return nil
}

// lastAudit reads it; ok is false where there was none.
func lastAudit(folder string) (a LastAudit, ok bool) {
	text, err := os.ReadFile(filepath.Join(folder, auditFile)) //nolint:gosec // the operator's own folder
	if err != nil || json.Unmarshal(text, &a) != nil {
		return LastAudit{}, false
	}
	return a, true
}
