package vault

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestHashSeparatesDomainsAndValues(t *testing.T) {
	t.Parallel()
	v := memory(t)
	rapid.Check(t, func(rt *rapid.T) {
		d1, d2 := rapid.String().Draw(rt, "domain 1"), rapid.String().Draw(rt, "domain 2")
		x1, x2 := rapid.String().Draw(rt, "value 1"), rapid.String().Draw(rt, "value 2")
		same := d1 == d2 && x1 == x2
		if equal := bytes.Equal(v.Hash(d1, x1).Sum, v.Hash(d2, x2).Sum); equal != same {
			rt.Fatalf("(%q, %q) and (%q, %q): equal %v", d1, x1, d2, x2, equal)
		}
		// A border moved between domain and value is another input.
		if d1 != "" && bytes.Equal(v.Hash(d1, x1).Sum, v.Hash("", d1+x1).Sum) {
			rt.Fatalf("(%q, %q) equals its run-together form", d1, x1)
		}
	})
}

func TestHashIsKeyedAndShort(t *testing.T) {
	t.Parallel()
	one, two := memory(t), memory(t)
	h := one.Hash("identifier", "value")
	if h.Version != 1 || len(h.Sum) != 16 {
		t.Errorf("got version %d, %d bytes", h.Version, len(h.Sum))
	}
	if bytes.Equal(h.Sum, two.Hash("identifier", "value").Sum) {
		t.Error("two installations hash alike")
	}
	if bytes.Equal(one.DocumentHash(hashInput("identifier", "value"))[versionSize:][:16], h.Sum) {
		t.Error("a document hash shows a look-up hash")
	}
}

func TestHashesCoverEveryLiveVersion(t *testing.T) {
	t.Parallel()
	v := memory(t)
	stored := v.Hash("name", "李四 (made)")
	rotate(t, v)
	prepared, err := v.Prepare()
	check(t, err)

	current := v.Hash("name", "李四 (made)")
	all := v.Hashes("name", "李四 (made)")
	if len(all) != 3 || all[0].Version != prepared || current.Version != 2 {
		t.Fatalf("current %d, all %v", current.Version, all)
	}
	if diff := cmp.Diff([]Hash{current, stored}, all[1:]); diff != "" {
		t.Errorf("not newest first: %s", diff)
	}
	check(t, v.Retire(1))
	if diff := cmp.Diff([]Hash{all[0], current}, v.Hashes("name", "李四 (made)")); diff != "" {
		t.Errorf("after retiring: %s", diff)
	}
}

func TestDocumentHashOutlivesItsVersion(t *testing.T) {
	t.Parallel()
	v := memory(t)
	doc := []byte("决定书 (made)")
	hash := v.DocumentHash(doc)
	check(t, v.VerifyDocument(doc, hash))
	rotate(t, v)
	if bytes.Equal(hash, v.DocumentHash(doc)) {
		t.Error("rotation left the document hash as it was")
	}
	check(t, v.Retire(1))
	check(t, v.VerifyDocument(doc, hash))

	for bit := range len(hash) * 8 {
		changed := bytes.Clone(hash)
		changed[bit/8] ^= 1 << (bit % 8)
		if v.VerifyDocument(doc, changed) == nil {
			t.Errorf("bit %d flipped: verified", bit)
		}
	}
	wantErr(t, v.VerifyDocument([]byte("another"), hash), ErrTampered)
	wantErr(t, v.VerifyDocument(doc, hash[:10]), ErrTampered)
	wantErr(t, v.VerifyDocument(doc, nil), ErrTampered)
	hash[1] = 9
	wantErr(t, v.VerifyDocument(doc, hash), ErrKeyUnknown)
}
