package register_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"
	"time"

	"concordat/enforcement/enforcetest"
	"concordat/enforcement/intake"
	"concordat/enforcement/register"
)

// received stores a made file of so many bytes as the upload of a run.
func received(t *testing.T, b *enforcetest.Bundle, size int) (intake.Run, []byte) {
	t.Helper()
	text := make([]byte, size)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(text) // never fails
	u, err := b.Intake.ReceiveUpload(t.Context(), b.Clerk(), intake.Listings, iotest.HalfReader(bytes.NewReader(text)))
	must(t, err)
	if u.Content != sha256.Sum256(text) || u.Size != int64(size) {
		t.Fatalf("%d bytes arrived", u.Size)
	}
	run, err := b.Intake.Start(t.Context(), b.Clerk(), intake.NewRun{Kind: intake.Listings, Content: u.Content, Size: u.Size, Upload: u.ID})
	must(t, err)
	return run, text
}

func TestAnUploadIsReadAsItCame(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	for _, size := range []int{1, 1 << 20, 1<<20 + 1, 3<<20 - 7} {
		run, text := received(t, b, size)
		r, err := b.Intake.OpenUpload(t.Context(), run)
		must(t, err)
		if err := iotest.TestReader(io.NewSectionReader(r, 0, run.Size), text); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
		if n, err := r.ReadAt(make([]byte, 10), run.Size); n != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("behind the end: %d, %v", n, err)
		}
	}
	if n := b.Count(`SELECT count(*) FROM import_chunk`); n != 1+1+2+3 {
		t.Errorf("%d chunks", n)
	}
}

func TestAnUploadThatBrokeOffIsForgotten(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	broken := errors.New("the line is gone")
	_, err := b.Intake.ReceiveUpload(t.Context(), b.Clerk(), intake.Listings, io.MultiReader(bytes.NewReader(make([]byte, 2<<20)), iotest.ErrReader(broken)))
	if !errors.Is(err, intake.ErrUploadBroken) || !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	_, err = b.Intake.ReceiveUpload(t.Context(), b.Clerk(), intake.Listings, iotest.ErrReader(io.ErrUnexpectedEOF))
	if !errors.Is(err, intake.ErrUploadBroken) {
		t.Errorf("a body that broke off: %v", err)
	}
	if n := b.Count(`SELECT count(*) FROM import_upload`) + b.Count(`SELECT count(*) FROM import_chunk`); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}

func TestUploadsOfSendersWhoWentAwayAreForgotten(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	run, _ := received(t, b, 10)
	_, err := b.Intake.ReceiveUpload(t.Context(), b.Clerk(), intake.Listings, bytes.NewReader([]byte("left alone")))
	must(t, err)
	must(t, b.Intake.ForgetUploads(t.Context()))
	if n := b.Count(`SELECT count(*) FROM import_upload`); n != 2 {
		t.Errorf("%d uploads on the first day", n)
	}
	late := b.Config
	late.Machine = func() time.Time { return time.Now().Add(25 * time.Hour) }
	register := value(register.Open(t.Context(), late))(t)
	must(t, register.Intake.ForgetUploads(t.Context()))
	if n := b.Count(`SELECT count(*) FROM import_upload WHERE id = $1`, run.Upload); n != 1 || b.Count(`SELECT count(*) FROM import_upload`) != 1 {
		t.Error("a day later not just the one without a run is gone")
	}
}

func TestUploadsFollowTheKeys(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	run, text := received(t, b, 100)
	_, err := b.Vault.Prepare()
	must(t, err)
	_, err = b.Vault.Rotate()
	must(t, err)
	if n := value(b.Intake.RotateUploads(t.Context(), b.System()))(t); n != 1 {
		t.Errorf("%d uploads were brought over", n)
	}
	must(t, b.Vault.Retire(1))
	got := make([]byte, 100)
	_, err = value(b.Intake.OpenUpload(t.Context(), run))(t).ReadAt(got, 0)
	must(t, err)
	if !bytes.Equal(got, text) {
		t.Error("another text")
	}
	// What was entered under the old key is known again under the new one.
	if again := value(b.Intake.Start(t.Context(), b.Clerk(), intake.NewRun{Kind: intake.Listings, Content: sha256.Sum256([]byte("k")), Size: 1}))(t); again.ID == run.ID {
		t.Error("another file is the same run")
	}
}

// Records are known again when the keys have been rotated and the old one retired.
func TestRecordsAreKnownAgainUnderANewKey(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	imported(t, b, "first", importRows(0, 5)...)
	_, err := b.Vault.Prepare()
	must(t, err)
	_, err = b.Vault.Rotate()
	must(t, err)
	for n := 1; n > 0; {
		n = value(b.Parties.RotateSubjects(t.Context(), b.System(), 100))(t)
	}
	must(t, b.Vault.Retire(1))
	must(t, b.Parties.ForgetHashes(t.Context()))
	again := imported(t, b, "second", importRows(0, 5)...)
	if again.Run.Skipped != 5 {
		t.Errorf("%+v", again.Run.Counts)
	}
}
