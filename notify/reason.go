package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"

	"concordat/notify/wire"
)

// Reason says in our own words why the send failed. What the receiver wrote is never
// quoted, also not where net/http quotes it: it may echo whom a message concerns.
func (e *SendError) Reason() string {
	if e.Stage == AfterSend && e.Status != 0 {
		return fmt.Sprintf("status %d", e.Status)
	}
	for _, known := range reasons {
		if errors.Is(e.Err, known.err) {
			return known.words
		}
	}
	switch {
	case isA[*net.DNSError](e.Err):
		return "the name of the host is not found"
	case isA[x509.UnknownAuthorityError](e.Err):
		return "the certificate is of an unknown authority"
	case isA[x509.HostnameError](e.Err):
		return "the certificate is of another host"
	case isA[x509.CertificateInvalidError](e.Err):
		return "the certificate is not valid"
	case isA[tls.RecordHeaderError](e.Err):
		return "the other side does not speak TLS"
	case remote(e.Err):
		return "the other side ended TLS"
	case e.Stage == BeforeSend:
		return "no connection could be made"
	case e.Stage == DuringSend:
		return "the answer is not HTTP, or broke off"
	default:
		return "the answer cannot be read"
	}
}

// reasons are asked in this order: a time-out while dialling is a time-out.
var reasons = []struct {
	err   error
	words string
}{
	{context.Canceled, "this process stops"},
	{context.DeadlineExceeded, "no answer in time"},
	{os.ErrDeadlineExceeded, "no answer in time"},
	{errInternal, errInternal.Error()},
	{wire.ErrKey, "the endpoint has no key that signs"},
	{errAddress, errAddress.Error()},
	{syscall.ECONNREFUSED, "the connection is refused"},
	{syscall.ECONNRESET, "the connection is reset"},
	{syscall.EHOSTUNREACH, "the host cannot be reached"},
	{syscall.ENETUNREACH, "the network cannot be reached"},
	{io.ErrUnexpectedEOF, "the answer broke off"},
	{io.EOF, "the connection was closed without an answer"},
}

func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// remote reports an alert of the other side's TLS.
func remote(err error) bool {
	failed, ok := errors.AsType[*net.OpError](err)
	return ok && failed.Op == "remote error"
}
