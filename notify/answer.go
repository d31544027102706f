package notify

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/plan"
	"concordat/notify/wire"
)

// gzipMark begins what is compressed, whatever the headers say.
var gzipMark = []byte{0x1f, 0x8b}

// heard makes results of the body of a response that took the message (2xx). A body
// that is not meant to be an answer of ours, or none, says that the message arrived,
// and no more. One that is meant to be ours and cannot be used says what is wrong.
func heard(d Delivery, encoding string, body []byte, limit int64) Outcome {
	items := d.Items
	body, fault := unpacked(encoding, body, limit)
	if fault != "" {
		return Outcome{Results: unusable(d), Fault: fault}
	}
	answers, ours, err := wire.ReadAnswers(body[:min(int64(len(body)), limit)])
	switch {
	case !ours:
		return Outcome{Results: delivered(items), Unsaid: true}
	case int64(len(body)) > limit:
		return Outcome{Results: unusable(d), Fault: fmt.Sprintf("the answer is longer than %d bytes", limit)}
	case err != nil:
		return Outcome{Results: unusable(d), Fault: err.Error()}
	}
	results, fault := match(items, answers.Answers)
	return Outcome{Results: results, Fault: fault}
}

// unpacked undoes gzip, up to one byte more than limit. fault says why a body cannot
// be read.
func unpacked(encoding string, body []byte, limit int64) (plain []byte, fault string) {
	if bytes.HasPrefix(body, gzipMark) {
		packed, err := gzip.NewReader(bytes.NewReader(body))
		if err == nil {
			body, err = io.ReadAll(io.LimitReader(packed, limit+1))
		}
		if err != nil {
			return nil, "its gzip is damaged"
		}
		return body, ""
	}
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "identity", "gzip", "x-gzip": // announced and not done
		return body, ""
	}
	if len(body) == 0 {
		return nil, ""
	}
	return nil, "it is packed otherwise than by gzip"
}

func delivered(items []directive.Item) []directive.Result {
	results := make([]directive.Result, len(items))
	for i := range results {
		results[i].Step = directive.Delivered
	}
	return results
}

// unusable is what comes of a message that was taken with an answer nobody can use. A
// restriction arrived: whether it was taken over is its recipient's to tell. Of a lifting
// we do not believe it: a receiver that cannot answer may not have been able to read
// either, so it stays in doubt, is sent again at every probe, and lies in the inbox after
// its hour.
func unusable(d Delivery) []directive.Result {
	results := delivered(d.Items)
	if d.Lane == directive.Express { // all that shrinks a set, and nothing that grows one
		for i := range results {
			results[i].Step = directive.Left
		}
	}
	return results
}

// match finds the line of each item. A line about another version, or with an
// outcome this format does not know, is none: the item stays in doubt. Of several
// lines the first counts. fault tells of lines that could not be used.
func match(items []directive.Item, lines []wire.Answer) (results []directive.Result, fault string) {
	results = make([]directive.Result, len(items))
	var place map[enforcement.ID]int
	for i := range results {
		results[i].Step = directive.Left
	}
	for n := range lines {
		line := &lines[n]
		at := n
		if at >= len(items) || items[at].Directive != enforcement.ID(line.Directive) { // not in our order
			if place == nil {
				place = make(map[enforcement.ID]int, len(items))
				for i := range items {
					place[items[i].Directive] = i
				}
			}
			var ok bool
			if at, ok = place[enforcement.ID(line.Directive)]; !ok {
				fault = fmt.Sprintf("line %d names a directive that was not in the message", n+1)
				continue
			}
		}
		if items[at].Version != line.Version {
			fault = fmt.Sprintf("line %d names a version that was not in the message", n+1)
			continue
		}
		if results[at].Step == directive.Left {
			if results[at] = result(line); results[at].Step == directive.Left {
				fault = fmt.Sprintf("line %d has an outcome that is neither %s nor %s", n+1, wire.OutcomeDelivered, wire.OutcomeAcknowledged)
			}
		}
	}
	return results, fault
}

func result(line *wire.Answer) directive.Result {
	r := directive.Result{Step: directive.Left}
	switch line.Outcome {
	case wire.OutcomeDelivered:
		r.Step = directive.Delivered
	case wire.OutcomeAcknowledged:
		r.Step = directive.Acknowledged
	default:
		return r
	}
	for _, report := range line.Reports {
		memorandum, slug, _ := strings.Cut(report.Measure, "/")
		r.Reports = append(r.Reports, directive.Report{
			Measure: plan.MeasureName{Memorandum: memorandum, Slug: slug},
			Outcome: directive.ReportOutcome(report.Outcome), Reason: report.Reason, Basis: report.Basis, KeptUntil: report.KeptUntil,
			Cited: directive.Cited(report.Cited), Decision: directive.OwnDecision(report.Decision),
		})
	}
	return r
}
