package pg

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"slices"
	"strconv"
	"syscall"
)

// account is the system user that the server runs as. PostgreSQL refuses to
// run as root, so root gives itself up for another one.
type account struct {
	name   string
	uid    uint32
	groups []uint32 // the first is the primary one
	drop   bool     // the process is root and must become this user
}

// serverUser is the process's own user, unless that is root: then postgres, if
// the system has one, or else nobody.
func serverUser() (account, error) {
	if uid := os.Geteuid(); uid != 0 {
		own := account{name: strconv.Itoa(uid), uid: uint32(uid)} //nolint:gosec // ids have 32 bits
		if known, err := user.LookupId(own.name); err == nil {
			own.name = known.Username
		}
		extra, err := os.Getgroups()
		if err != nil {
			return account{}, fmt.Errorf("list own groups: %w", err)
		}
		for _, gid := range append([]int{os.Getegid()}, extra...) {
			own.groups = append(own.groups, uint32(gid)) //nolint:gosec // as above
		}
		return own, nil
	}
	var reasons []error
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			reasons = append(reasons, err)
			continue
		}
		return unprivileged(found)
	}
	return account{}, fmt.Errorf("find a user to run PostgreSQL as, which must not be root: %w", errors.Join(reasons...))
}

func unprivileged(found *user.User) (account, error) {
	uid, uidErr := strconv.ParseUint(found.Uid, 10, 32)
	gid, gidErr := strconv.ParseUint(found.Gid, 10, 32)
	if err := errors.Join(uidErr, gidErr); err != nil {
		return account{}, fmt.Errorf("read ids of user %s: %w", found.Username, err)
	}
	// Only the primary group: ssl-cert and the like are of no use here.
	return account{name: found.Username, uid: uint32(uid), groups: []uint32{uint32(gid)}, drop: true}, nil
}

func (a account) member(gid uint32) bool { return slices.Contains(a.groups, gid) }

// give makes the account the owner of a path that the process made.
func (a account) give(path string) error {
	if !a.drop {
		return nil
	}
	if err := os.Chown(path, int(a.uid), int(a.groups[0])); err != nil {
		return fmt.Errorf("give %s to user %s: %w", path, a.name, err)
	}
	return nil
}

// attributes are those of every process started for the cluster.
func (a account) attributes(atParentsDeath syscall.Signal) *syscall.SysProcAttr {
	// A group of its own: Ctrl-C in a terminal goes to the whole foreground
	// group, and it is for the parent to say when the server stops.
	attributes := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: atParentsDeath}
	if a.drop {
		attributes.Credential = &syscall.Credential{Uid: a.uid, Gid: a.groups[0]}
	}
	return attributes
}
