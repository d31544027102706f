package doctor

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"concordat/enforcement/plan"
	"concordat/enforcement/register"
	"concordat/memoranda"
)

// reading is the record as serve would read it, without what serve enters at its
// start.
func (e *examination) reading(ctx context.Context) (*register.Offices, error) {
	if e.offices != nil {
		return e.offices, nil
	}
	catalogue, err := e.embedded()
	if err != nil {
		return nil, err
	}
	c := register.Config{DB: e.db, Catalogue: catalogue, Machine: e.Machine}
	offices, err := register.Reading(ctx, c)
	if err != nil {
		return nil, err
	}
	e.offices = offices
	return offices, nil
}

// embedded is this programme's catalogue, read once for all checks.
func (e *examination) embedded() (*memoranda.Catalogue, error) {
	if e.catalogue == nil {
		catalogue, err := memoranda.Embedded()
		if err != nil {
			return nil, fmt.Errorf("load the catalogue: %w", err)
		}
		e.catalogue = catalogue
	}
	return e.catalogue, nil
}

// editions looks for what stands in the record and cannot be read here.
func (e *examination) editions(ctx context.Context) (string, []Finding, error) {
	r, err := e.reading(ctx)
	if err != nil {
		return "", nil, err
	}
	unknown, err := r.Plans.UnknownEditions(ctx, e.today)
	if err != nil {
		return "", nil, err
	}
	seen := fmt.Sprintf("%d editions", len(r.Plans.Catalogue().Memoranda))
	if len(unknown) > 0 {
		return seen, []Finding{fault("doctor.editions.unknown", "%s", names(unknown))}, nil
	}
	return seen, nil, nil
}

// adoptions looks for adoptions whose day has come and that live directives have not
// all followed. The daily round finishes them within minutes.
func (e *examination) adoptions(ctx context.Context) (string, []Finding, error) {
	r, err := e.reading(ctx)
	if err != nil {
		return "", nil, err
	}
	list, err := r.Plans.Adoptions(ctx, true)
	if err != nil {
		return "", nil, err
	}
	slices.SortStableFunc(list, func(a, b plan.Adoption) int {
		return cmp.Or(int(a.Day-b.Day), strings.Compare(a.Memorandum, b.Memorandum))
	})
	var open []string
	for _, a := range list {
		if a.Day <= e.today {
			open = append(open, a.Memorandum+" "+a.To+" since "+a.Day.String())
		}
	}
	if len(open) > 0 {
		return "", []Finding{fault("doctor.adoptions.open", "%s", names(open))}, nil
	}
	return "all complete", nil, nil
}

// attestations asks whether the record's statements attest anything, and whether some
// wait for a second person. A file that is still named counts nowhere.
func (e *examination) attestations(ctx context.Context) (string, []Finding, error) {
	var found []Finding
	if e.Attestations != "" {
		found = append(found, warn("doctor.attestations.file", "%s", e.Attestations))
	}
	r, err := e.reading(ctx)
	if err != nil {
		return "", nil, err
	}
	list, err := r.Plans.Attestations(ctx)
	if err != nil {
		return "", nil, fmt.Errorf("read the record's statements: %w", err)
	}
	counting, waiting := 0, 0
	for i := range list {
		switch s := &list[i]; {
		case s.WithdrawnBy != "" || s.Demonstration:
		case s.Waits():
			waiting++
		default:
			counting++
		}
	}
	if counting == 0 {
		found = append(found, warn("doctor.attestations.absent", "%d statements wait", waiting))
	} else if waiting > 0 {
		found = append(found, warn("doctor.attestations.waiting", "%d statements wait", waiting))
	}
	return fmt.Sprintf("%d statements of the record", counting), found, nil
}

// attested tells how much of what is in force may be sent.
func (e *examination) attested(ctx context.Context) (string, []Finding, error) {
	r, err := e.reading(ctx)
	if err != nil {
		return "", nil, err
	}
	a, err := r.Plans.AttestedOn(ctx, e.today)
	if err != nil {
		return "", nil, err
	}
	seen := fmt.Sprintf("%d measures in force, %d attested, %d travel", a.Measures, a.Attested, a.Travel)
	if lost := e.lost(ctx, r); len(lost) > 0 {
		return seen, []Finding{warn("doctor.attested.lost", "%s", names(lost))}, nil
	}
	return seen, nil, nil
}

// lost names statements of the record that were not taken back and do not count, as
// far as they are about something in force.
func (e *examination) lost(ctx context.Context, r *register.Offices) []string {
	list, err := r.Plans.Attestations(ctx)
	if err != nil {
		return []string{err.Error()}
	}
	var lost []string
	for _, s := range list {
		if !s.Counts && !s.Waits() && !s.Demonstration && s.WithdrawnBy == "" {
			lost = append(lost, strings.TrimSpace(s.ID.String()+" "+s.Memorandum))
		}
	}
	return lost
}
