package intake_test

import (
	"bytes"
	"testing"

	"concordat/internal/intake"
)

func TestTemplatesAreRead(t *testing.T) {
	t.Parallel()
	for _, kind := range intake.Kinds() {
		for _, format := range intake.Formats() {
			t.Run(string(kind)+" "+format, func(t *testing.T) {
				t.Parallel()
				var b bytes.Buffer
				if err := intake.Template(&b, kind, format); err != nil {
					t.Fatal(err)
				}
				f, err := intake.Open(bytes.NewReader(b.Bytes()), int64(b.Len()), kind)
				if err != nil {
					t.Fatal(err)
				}
				for row, err := range f.Rows(0) {
					t.Logf("%+v %+v %v", row, row.Taken, err)
				}
			})
		}
	}
}
