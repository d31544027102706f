package notify

import (
	"bytes"
	"compress/gzip"
	"testing"
)

func TestAPackedAnswerIsBounded(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	_, _ = w.Write(bytes.Repeat([]byte(" "), 1<<20))
	_ = w.Close()
	if plain, fault := unpacked("gzip", buf.Bytes(), 1000); fault != "" || len(plain) != 1001 {
		t.Errorf("%d bytes were unpacked, %q; want one more than the limit", len(plain), fault)
	}
}
