package intake

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/party"
	"concordat/internal/identifier"
	"concordat/memoranda/day"
)

// Batch is how many rows one transaction settles, about: more gain nothing
// measurable, and a kill loses that many at most.
const Batch = 1000

// Prepared is a batch of rows, checked and sealed, ready for
// [Intake.Write]. It holds personal data: keep it no longer than needed.
type Prepared struct {
	rows []preparedRow
	// refusals are the rows that were refused before they came here.
	refusals []Refusal
	// remarks are what is told of the file.
	remarks []FileRemark
}

// Rows is how many rows of the file the batch settles.
func (p *Prepared) Rows() int { return len(p.rows) + len(p.refusals) }

// preparedRow is a row with all that can be made of it without the record. The
// subject is sealed under an id of its own, in case it turns out to be new.
type preparedRow struct {
	line     int64
	remark   string
	record   string
	raw      []string
	refusal  *Refusal
	identity party.Identity
	number   string // identifier.Key
	parsed   identifier.Identifier
	subject  party.Sealed
	execCase party.Case
	conducts []listing.Conduct
	facts    []byte
	// content is the normalised row: the same record in another file format has
	// the same content.
	content     []byte
	contentHash []byte
	taken       *TakenOver
	// review is the code why a row of a takeover needs a person, or nil.
	review *enforcement.Refusal

	sealedFacts []byte
}

// Prepare checks rows as [party.Parties.EnterSubject], [party.Parties.EnterCase] and
// [listing.Listings.Draft] would and seals them. It asks nothing of the database, so that batches can be
// prepared while others are written. refusals are the rows of the same stretch
// of the file that could not even be read, remarks what is told of the file itself.
func (r *Intake) Prepare(act enforcement.Act, run Run, rows []Row, refusals []Refusal, remarks ...FileRemark) (*Prepared, error) {
	if err := act.Check(importRoles(run.Kind)...); err != nil {
		return nil, err
	}
	if err := act.OfOwner(run.Court); err != nil {
		return nil, err
	}
	p := &Prepared{rows: make([]preparedRow, len(rows)), refusals: refusals, remarks: remarks}
	for i := range rows {
		row := &p.rows[i]
		err := r.prepareRow(act, run, &rows[i], row)
		if err == nil {
			continue
		}
		told, ok := errors.AsType[*enforcement.Refusal](enforcement.AsRefusal(err))
		if !ok {
			return nil, fmt.Errorf("prepare line %d of import %s: %w", rows[i].Line, run.ID, err)
		}
		row.refusal = &Refusal{Line: row.line, Field: importField(told.Code), Code: told.Code, Args: told.Args, Raw: row.raw}
	}
	return p, nil
}

func (r *Intake) prepareRow(act enforcement.Act, run Run, given *Row, row *preparedRow) error {
	row.line, row.remark, row.record, row.raw, row.taken = given.Line, given.Remark, given.Record, given.Raw, given.Taken
	given.Subject.OverrideBy = "" // no second person stands behind a file
	identity, number, err := given.Subject.Check(act)
	if err != nil {
		return err
	}
	row.identity, row.number = identity, number.Key()
	row.parsed = number
	if err := r.prepareCase(act, run, given, row); err != nil {
		return err
	}
	if given.Facts.Conduct == "" || given.Facts.Obligation == "" {
		return enforcement.Refuse("listing.facts")
	}
	row.conducts = slices.Compact(slices.Sorted(slices.Values(given.Conducts)))
	if len(row.conducts) == 0 || row.conducts[0] < listing.AbleButRefuses || row.conducts[len(row.conducts)-1] > listing.RefusesSettlement {
		return enforcement.Refuse("listing.conduct")
	}
	if (given.Taken != nil) != (run.Kind == Takeover) {
		return enforcement.Refuse("import.kind")
	}
	today := r.Record.Today(act.At)
	if given.Taken == nil {
		if given.Facts.Performed == listing.PerformedAll {
			return enforcement.Refuse("listing.performed")
		}
		if err := ground.CheckAge(identity, today); err != nil {
			return err
		}
	} else {
		row.review = r.mayTakeOver(row, given.Facts.Performed, today)
	}
	return r.sealRow(given, row)
}

func (r *Intake) prepareCase(act enforcement.Act, run Run, given *Row, row *preparedRow) error {
	number, err := identifier.ParseCaseNumber(given.Case.Number)
	if err != nil {
		return err
	}
	row.execCase = party.Case{Court: run.Court, Number: number.String(), FiledOn: given.Case.FiledOn, BasisDocument: given.Case.BasisDocument, BasisUnit: given.Case.BasisUnit}
	switch {
	case number.Court != "" && number.Court != run.courtCode:
		return enforcement.Refuse("case.court", "code", number.Court)
	case given.Court != "" && identifier.NormaliseName(given.Court) != identifier.NormaliseName(run.courtName):
		return enforcement.Refuse("import.court")
	}
	return row.execCase.Check(number, r.Record.Today(act.At))
}

// rowContent is what a row says, for comparison with what it said before. The
// source record is the key and no part of it.
type rowContent struct {
	Case     string            `json:"case"`
	Filed    day.Day           `json:"filed"`
	Basis    string            `json:"basis"`
	Unit     string            `json:"unit"`
	Subject  party.Identity    `json:"subject"`
	Conducts []listing.Conduct `json:"conducts"`
	Facts    listing.Facts     `json:"facts"`
	Taken    *TakenOver        `json:"taken,omitempty"`
}

func (r *Intake) sealRow(given *Row, row *preparedRow) (err error) {
	row.content, err = json.Marshal(rowContent{
		row.execCase.Number, row.execCase.FiledOn, row.execCase.BasisDocument, row.execCase.BasisUnit, row.identity, row.conducts, given.Facts, given.Taken,
	})
	if err != nil {
		return fmt.Errorf("write the content of a row: %w", err)
	}
	row.contentHash = r.Record.Vault.DocumentHash(row.content)
	if row.facts, err = json.Marshal(given.Facts); err != nil {
		return fmt.Errorf("write the facts of a listing: %w", err)
	}
	if row.subject, err = r.Parties.Seal(row.identity, row.parsed); err != nil {
		return err
	}
	if row.sealedFacts, err = row.subject.Envelope.Seal(row.facts, "facts"); err != nil {
		return fmt.Errorf("seal the facts of a listing: %w", err)
	}
	return nil
}

// importFields names the column that a refusal is about, by its code, as the
// courts' published records name it.
var importFields = map[string]string{
	"case.court": "caseCode", "case.filed": "regDate", "case.basis": "gistId", "import.court": "courtName",
	"listing.facts": "duty", "listing.performed": "performance", "listing.conduct": "disruptTypeName", "listing.minor": "cardNum", "listing.exists": "caseCode",
	"subject.birth-missing": "birth", "subject.kind": "partyTypeName",
}

// importFamilies does the same by the part of the code before the dot.
var importFamilies = map[string]string{
	"identifier": "cardNum", "identity": "cardNum", "subject": "cardNum", "name": "iname", "case-number": "caseCode",
}

func importField(code string) string {
	if field, ok := importFields[code]; ok {
		return field
	}
	for i := range code {
		if code[i] == '.' {
			return importFamilies[code[:i]]
		}
	}
	return importFamilies[code]
}
