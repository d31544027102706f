package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"

	"concordat/enforcement/party"
	"concordat/enforcement/plan"
	"concordat/internal/nanning"
	"concordat/memoranda"
)

// YearResult says how long a year's load took.
type YearResult struct {
	Bench string `json:"bench"`
	// Synthetic is always true: made grounds, each to every made organisation.
	Synthetic     bool    `json:"synthetic"`
	Grounds       int     `json:"grounds"`
	Organisations int     `json:"organisations"`
	Directives    int     `json:"directives"`
	FannedOut     float64 `json:"fanned_out_s"`
	Delivered     float64 `json:"delivered_s"`
	// PeakMiB is the greatest resident memory of this process, receivers
	// included, PostgreSQL not.
	PeakMiB float64 `json:"peak_mib"`
	// Real is what a listing reaches by the embedded catalogue.
	Real []Reach `json:"organisations_per_listing"`
}

// Reach is how many organisations of Nanning one listing reaches.
type Reach struct {
	Subject       memoranda.SubjectKind `json:"subject"`
	Measures      int                   `json:"measures"`
	Organisations int                   `json:"organisations"`
}

// Year puts o.Listings grounds in force and delivers all their directives, with
// every answer recorded. o.Rounds is not looked at.
func Year(ctx context.Context, o Options) (result YearResult, err error) {
	result = YearResult{Bench: "year", Synthetic: true, Grounds: o.Listings, Organisations: Organisations, Directives: o.Listings * Organisations}
	if result.Real, err = realReach(); err != nil {
		return result, err
	}
	r, d, closeAll, err := newRigAndDepartments(ctx, o.Machine)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	w, err := r.fresh(ctx, o.Listings)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, w.db.Close()) }()
	if err := d.connect(ctx, w, r.endpoints(w)); err != nil {
		return result, err
	}
	fmt.Fprintf(o.Progress, "%d grounds are decided\n", o.Listings)
	if err := checkpoint(ctx, w.db.Pool); err != nil {
		return result, err
	}
	begin := r.machine()
	if err := w.register.Grounds.PutInForce(ctx, w.act, w.grounds); err != nil {
		return result, fmt.Errorf("fan out: %w", err)
	}
	result.FannedOut = r.machine().Sub(begin).Seconds()
	fmt.Fprintf(o.Progress, "%d directives in %.1f s\n", result.Directives, result.FannedOut)
	if err := w.deliverAll(ctx, r, o, &result); err != nil {
		return result, err
	}
	result.PeakMiB, err = peakMiB()
	return result, err
}

// deliverAll sweeps until nothing is due: a lane is left after its slice, so that
// others get their turn.
func (w *world) deliverAll(ctx context.Context, r *rig, o Options, result *YearResult) error {
	s, err := r.newSender(w, lanesAtOnce)
	if err != nil {
		return err
	}
	defer s.close(ctx)
	begin := r.machine()
	for {
		if err := s.drainer.Sweep(ctx); err != nil {
			return fmt.Errorf("deliver: %w", err)
		}
		lanes, err := w.register.Directives.Lanes(ctx, on)
		if err != nil {
			return fmt.Errorf("deliver: %w", err)
		}
		if len(lanes) == 0 {
			break
		}
	}
	result.Delivered = r.machine().Sub(begin).Seconds()
	left, err := w.undelivered(ctx)
	if err == nil && left > 0 {
		err = fmt.Errorf("deliver: %d directives are not acknowledged", left)
	}
	fmt.Fprintf(o.Progress, "delivered and answered in %.1f s\n", result.Delivered)
	return err
}

// peakMiB is the greatest resident memory this process has had.
func peakMiB() (float64, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, fmt.Errorf("read the memory used: %w", err)
	}
	return float64(u.Maxrss) / (1 << 10), nil // Linux counts KiB
}

// realReach asks the embedded catalogue, attested for demonstration, whom a
// listing in Nanning reaches.
func realReach() ([]Reach, error) {
	c, err := memoranda.Embedded()
	if err != nil {
		return nil, fmt.Errorf("load the catalogue: %w", err)
	}
	attested, err := memoranda.DemonstrationAttestations(c)
	if err != nil {
		return nil, fmt.Errorf("load the demonstration's attestation: %w", err)
	}
	list, err := nanning.Organisations(c)
	if err != nil {
		return nil, fmt.Errorf("list the organisations: %w", err)
	}
	var reach []Reach
	for _, kind := range memoranda.SubjectKinds() {
		resolution, err := c.Resolve(memoranda.Question{
			ListType: plan.ListType, Subject: kind, On: nanning.On, Ground: memoranda.OnListing, Attested: attested, RequireAttestation: true,
		})
		if err != nil {
			return nil, fmt.Errorf("resolve for a %s: %w", kind, err)
		}
		reach = append(reach, Reach{kind, len(resolution.Included), reached(resolution, list)})
	}
	return reach, nil
}

// reached counts the organisations as the register's plan would name them for a
// court of the city's first district.
func reached(resolution memoranda.Resolution, list []party.Organisation) int {
	var names []string
	for _, in := range resolution.Included {
		for _, o := range list {
			orders := o.Kind != party.Court && (o.Kind != party.InformedBody || in.Inform)
			if !orders || !strings.HasPrefix("450102", o.Serves) {
				continue
			}
			if slices.ContainsFunc(o.Bodies, func(p party.Part) bool { return slices.Contains(in.Bodies, p.Body) }) {
				names = append(names, o.Slug)
			}
		}
	}
	slices.Sort(names)
	return len(slices.Compact(names))
}
