package telemetry

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Tree writes the spans of one trace as an indented tree, children below their
// parents in order of time: how long after the trace's begin each began, how long
// it took, its name, and its attributes. A span whose parent is not among them is
// a root.
func Tree(w io.Writer, of trace.TraceID, spans []sdktrace.ReadOnlySpan) error {
	t := tree{children: map[trace.SpanID][]sdktrace.ReadOnlySpan{}}
	known := map[trace.SpanID]bool{}
	for _, s := range spans {
		if s.SpanContext().TraceID() == of {
			known[s.SpanContext().SpanID()] = true
		}
	}
	for _, s := range spans {
		if s.SpanContext().TraceID() != of {
			continue
		}
		parent := s.Parent().SpanID()
		if !known[parent] {
			parent = trace.SpanID{}
		}
		t.children[parent] = append(t.children[parent], s)
	}
	for _, list := range t.children {
		slices.SortFunc(list, func(a, b sdktrace.ReadOnlySpan) int { return a.StartTime().Compare(b.StartTime()) })
	}
	if roots := t.children[trace.SpanID{}]; len(roots) > 0 {
		t.begin = roots[0].StartTime()
	}
	fmt.Fprintf(&t.text, "trace %s, %d spans\n", of, len(known))
	t.write(trace.SpanID{}, 0)
	if _, err := io.WriteString(w, t.text.String()); err != nil {
		return fmt.Errorf("write a trace: %w", err)
	}
	return nil
}

type tree struct {
	children map[trace.SpanID][]sdktrace.ReadOnlySpan
	begin    time.Time
	text     strings.Builder
}

func (t *tree) write(parent trace.SpanID, depth int) {
	for _, s := range t.children[parent] {
		attributes := slices.Clone(s.Attributes())
		var words []string
		for _, a := range attributes {
			words = append(words, string(a.Key)+"="+a.Value.String())
		}
		slices.SortFunc(words, cmp.Compare)
		fmt.Fprintf(&t.text, "%9s %9s  %s%s  %s\n", "+"+short(s.StartTime().Sub(t.begin)), short(s.EndTime().Sub(s.StartTime())),
			strings.Repeat("  ", depth), s.Name(), strings.Join(words, " "))
		t.write(s.SpanContext().SpanID(), depth+1)
	}
}

// short is a duration in milliseconds with one decimal.
func short(d time.Duration) string { return fmt.Sprintf("%.1fms", float64(d.Microseconds())/1000) }
