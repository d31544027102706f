package jobs

import (
	"context"
	"testing"

	"github.com/riverqueue/river/rivertype"
	"go.opentelemetry.io/otel/trace"
)

func TestATraceTravelsWithTheJob(t *testing.T) {
	t.Parallel()
	of := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled})
	traced := trace.ContextWithSpanContext(t.Context(), of)
	for name, c := range map[string]struct {
		ctx      context.Context
		metadata string
		carried  bool
	}{
		"traced":              {traced, ``, true},
		"traced, empty":       {traced, `{}`, true},
		"traced, but its own": {traced, `{"own":1}`, false},
		"not traced":          {t.Context(), ``, false},
		"unreadable":          {t.Context(), `[`, false},
	} {
		job := &rivertype.JobInsertParams{Metadata: []byte(c.metadata)}
		_, err := (&carrier{}).InsertMany(c.ctx, []*rivertype.JobInsertParams{job}, func(context.Context) ([]*rivertype.JobInsertResult, error) { return nil, nil })
		if err != nil {
			t.Fatal(err)
		}
		if !c.carried && string(job.Metadata) != c.metadata {
			t.Errorf("%s: the metadata became %s", name, job.Metadata)
		}
		worked := false
		err = (&carrier{}).Work(t.Context(), &rivertype.JobRow{Metadata: job.Metadata}, func(ctx context.Context) error {
			worked = true
			got := trace.SpanContextFromContext(ctx)
			if same := got.TraceID() == of.TraceID() && got.SpanID() == of.SpanID() && got.IsSampled() && got.IsRemote(); same != c.carried {
				t.Errorf("%s: the worker has %v", name, got)
			}
			return nil
		})
		if err != nil || !worked {
			t.Errorf("%s: worked %t, %v", name, worked, err)
		}
	}
}
