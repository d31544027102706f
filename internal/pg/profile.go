package pg

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Profile is what a private cluster is for, and so how big and how careful it is.
type Profile int

// The profiles. Zero is the demonstration's: durable, and modest in memory.
const (
	// ProfileDemo keeps its data through a crash of the machine and takes some
	// 300 MB.
	ProfileDemo Profile = iota
	// ProfileTest loses its data in a crash of the machine (fsync is off), so it
	// is for temporary clusters only.
	ProfileTest
	// ProfileBench is as durable as production and sized for bulk work: what is
	// measured on it may be said aloud. It takes 2 GB of memory and up to 16 GB
	// of log.
	ProfileBench
)

// unsafeSettings make committed data vanish in a crash; only ProfileTest has them.
var unsafeSettings = []string{"fsync", "full_page_writes"}

func (p Profile) settings() map[string]string {
	common := map[string]string{
		"listen_addresses":           "",
		"unix_socket_permissions":    "0700",
		"timezone":                   "UTC",
		"log_timezone":               "UTC",
		"max_connections":            "100",
		"jit":                        "off", // compiles longer than our queries run
		"log_min_duration_statement": "-1",  // a statement's text may hold personal data
		"log_min_error_statement":    "panic",
		"log_error_verbosity":        "terse", // DETAIL repeats the row
	}
	var own map[string]string
	switch p {
	case ProfileTest:
		own = map[string]string{
			"max_connections":  "200",
			"shared_buffers":   "64MB",
			"fsync":            "off",
			"full_page_writes": "off",
			"max_wal_size":     "512MB",
			"wal_level":        "minimal",
			"max_wal_senders":  "0",
			"autovacuum":       "off", // databases live for seconds
			"deadlock_timeout": "100ms",
		}
	case ProfileBench:
		own = map[string]string{
			"shared_buffers":                 "1536MB",
			"max_wal_size":                   "16GB",
			"wal_compression":                "lz4",
			"synchronous_commit":             "on",
			"checkpoint_timeout":             "30min",
			"maintenance_work_mem":           "256MB",
			"work_mem":                       "32MB",
			"effective_io_concurrency":       "64",
			"autovacuum_naptime":             "10s",
			"autovacuum_vacuum_cost_limit":   "2000",
			"autovacuum_work_mem":            "128MB",
			"autovacuum_vacuum_scale_factor": "0.05",
		}
	case ProfileDemo:
		own = map[string]string{
			"shared_buffers":     "192MB",
			"max_wal_size":       "2GB",
			"wal_compression":    "on",
			"synchronous_commit": "on",
			"autovacuum_naptime": "15s",
		}
	}
	maps.Copy(common, keepalives())
	maps.Copy(common, own)
	return common
}

// arguments writes the profile's settings, and the caller's over them, as
// arguments of postgres, in a fixed order.
func (cfg ClusterConfig) arguments() []string {
	settings := cfg.Profile.settings()
	maps.Copy(settings, cfg.Settings)
	var args []string
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args
}

// check refuses what would lose data that somebody may want to keep, and what
// would open the cluster to others.
func (cfg ClusterConfig) check() error {
	if cfg.Dir == "" {
		return fmt.Errorf("start private PostgreSQL: no directory given")
	}
	if cfg.Profile == ProfileTest && !cfg.Temporary {
		return fmt.Errorf("start private PostgreSQL: the test profile is for temporary clusters only")
	}
	for name := range cfg.Settings {
		lower := strings.ToLower(name)
		if cfg.Profile != ProfileTest && slices.Contains(unsafeSettings, lower) {
			return fmt.Errorf("start private PostgreSQL: setting %s is for the test profile only", name)
		}
		if lower == "listen_addresses" || lower == "unix_socket_directories" || lower == "port" {
			return fmt.Errorf("start private PostgreSQL: setting %s is not the caller's", name)
		}
	}
	return nil
}
