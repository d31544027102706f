package notify

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// errInternal refuses an address inside the operator's own network.
var errInternal = errors.New("the address is not on the public network")

// notPublic are networks that no outside receiver has, beyond what netip knows
// by itself (RFC 6890 and its registry).
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"), // carrier-grade NAT
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"),        // unspecified, loopback, IPv4-compatible
	netip.MustParsePrefix("64:ff9b::/96"), // NAT64: leads to any IPv4 address
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/32"), // Teredo
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), // 6to4: leads to any IPv4 address
	netip.MustParsePrefix("fec0::/10"), // site-local
}

// public reports whether an address may belong to somebody outside.
func public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() { // excludes loopback, link-local, multicast, unspecified
		return false
	}
	for _, p := range notPublic {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// dialer connects to public addresses only, unless internal ones are allowed.
// It looks at the resolved address as it is dialled, so that a name which
// resolves differently the second time gains nothing.
func dialer(internal bool) func(ctx context.Context, network, address string) (net.Conn, error) {
	d := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	if !internal {
		d.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || !public(at.Addr()) {
				return errInternal
			}
			return nil
		}
	}
	return d.DialContext
}
