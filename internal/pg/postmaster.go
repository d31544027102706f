package pg

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// pidFile is what a server writes about itself into its data directory, line
// by line: its pid, data directory, start, port, socket directory, address,
// shared memory (key and id) and status.
type pidFile struct {
	pid       int
	port      int
	socketDir string
	memoryID  string
	status    string // starting, ready, stopping, standby
}

// readPidFile returns the zero pidFile if there is none. A file that is being
// written has fewer lines; what is missing stays zero.
func readPidFile(data string) (pidFile, error) {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid")) //nolint:gosec // the cluster's own
	if errors.Is(err, fs.ErrNotExist) {
		return pidFile{}, nil
	}
	if err != nil {
		return pidFile{}, fmt.Errorf("read state of server: %w", err)
	}
	lines := strings.Split(string(text), "\n")
	line := func(number int) string {
		if number > len(lines) {
			return ""
		}
		return strings.TrimSpace(lines[number-1])
	}
	var file pidFile
	// A number cut short by a write under way is zero: the file is read again.
	file.pid, _ = strconv.Atoi(line(1))
	file.port, _ = strconv.Atoi(line(4))
	file.socketDir = line(5)
	if memory := strings.Fields(line(7)); len(memory) == 2 {
		file.memoryID = memory[1]
	}
	file.status = line(8)
	return file, nil
}

// serves tells whether process pid is the server of the data directory. Pids
// are used again, so a living one is not proof enough; its arguments can be
// read whoever owns it.
func serves(pid int, data string) bool {
	if pid <= 0 {
		return false
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return false // gone; a zombie's is empty
	}
	args := bytes.Split(text, []byte{0})
	at := slices.IndexFunc(args, func(arg []byte) bool { return string(arg) == "-D" })
	return at >= 0 && at+1 < len(args) && string(args[at+1]) == data
}

// alive tells whether any process has the pid.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// clearRecycled removes a pid file whose pid belongs to a stranger by now,
// or to a zombie that nobody waits for, as in a container without an init:
// PostgreSQL would take it for a server. A dead pid it sees through itself.
// It goes only if nobody is attached to the shared memory: backends may
// outlive a killed server for a moment, and a second one beside them would
// ruin the data.
func clearRecycled(data string) error {
	file, err := readPidFile(data)
	if err != nil {
		return err
	}
	if file.pid <= 0 || !alive(file.pid) || serves(file.pid, data) {
		return nil
	}
	attached, err := memoryInUse(file.memoryID)
	if err != nil || attached {
		return err
	}
	if err := os.Remove(filepath.Join(data, "postmaster.pid")); err != nil {
		return fmt.Errorf("remove stale state of server: %w", err)
	}
	return nil
}

// memoryInUse looks a System V segment up in the kernel's table, whose second
// column is the id and whose seventh counts the processes attached.
func memoryInUse(id string) (bool, error) {
	if id == "" {
		return true, nil // unknown: err on the safe side
	}
	table, err := os.ReadFile("/proc/sysvipc/shm")
	if err != nil {
		return true, fmt.Errorf("read shared memory segments: %w", err)
	}
	for row := range strings.Lines(string(table)) {
		if columns := strings.Fields(row); len(columns) > 6 && columns[1] == id {
			return columns[6] != "0", nil
		}
	}
	return false, nil
}
