package listing

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/party"
	"concordat/internal/mask"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Words are the free texts of the public items of Art. 6. There are two of them: the record's,
// as judgment and clerk say them, and the public ones, which everybody reads.
type Words struct {
	Obligation string `json:"obligation" maxLength:"8000"`
	Conduct    string `json:"conduct" maxLength:"8000"`
	Basis      string `json:"basis_document" maxLength:"500"`
	BasisUnit  string `json:"basis_unit" maxLength:"500"`
}

// sealedWords names the field that public words are sealed as.
const sealedWords = "public-words"

// Mark is a place in one of the words. ID names it: field, first character and the first
// behind it.
type Mark struct {
	mask.Mark

	ID    string `json:"id"`
	Field string `json:"field" enum:"obligation,conduct,basis_document,basis_unit"`
}

// Wording is what a signer reads before signing, word by word.
type Wording struct {
	// Record are the record's words, Public those that everybody will read: as a person left
	// them, or as masking proposes them.
	Record Words `json:"record"`
	Public Words `json:"public"`
	// Hidden are the places of the record's words that masking writes anew.
	Hidden []Mark `json:"hidden" nullable:"false"`
	// Doubts are the places of the public words that the signature must name: addresses, and
	// what may be somebody's name.
	Doubts []Mark `json:"doubts" nullable:"false"`
	// Set: a person has written them. Frozen: they are signed.
	Set    bool `json:"set"`
	Frozen bool `json:"frozen"`
	// Confirmed are the marks that the signature named.
	Confirmed []string `json:"confirmed,omitempty"`
}

// each calls fn for every word with the name of its field.
func (w *Words) each(fn func(field string, text *string)) {
	fn("obligation", &w.Obligation)
	fn("conduct", &w.Conduct)
	fn("basis_document", &w.Basis)
	fn("basis_unit", &w.BasisUnit)
}

// marks finds places in every word.
func (w Words) marks(find func(text string) []mask.Mark) []Mark {
	list := []Mark{}
	w.each(func(field string, text *string) {
		for _, m := range find(*text) {
			list = append(list, Mark{m, field + ":" + strconv.Itoa(m.From) + "-" + strconv.Itoa(m.To), field})
		}
	})
	return list
}

// masked are the public words that masking proposes for the record's.
func (w Words) masked(known []mask.Known) Words {
	w.each(func(_ string, text *string) { *text = mask.Text(*text, known...) })
	return w
}

// check refuses public words that say nothing or hold a number that identifies somebody.
func (w Words) check() (err error) {
	w.each(func(field string, text *string) {
		switch {
		case err != nil:
		case strings.TrimSpace(*text) == "":
			err = enforcement.Refuse("words.empty", "field", field)
		default:
			err = enforcement.Public(field, *text)
		}
	})
	return err
}

// confirm refuses a signature that does not name each doubt in the words, or names one that
// is not there: then its signer read other words.
func (w Words) confirm(known []mask.Known, confirmed []string) error {
	if err := w.check(); err != nil {
		return err
	}
	doubts := w.marks(func(text string) []mask.Mark { return mask.Doubts(text, known...) })
	for _, id := range confirmed {
		if !slices.ContainsFunc(doubts, func(m Mark) bool { return m.ID == id }) {
			return enforcement.Refuse("words.stale")
		}
	}
	for _, m := range doubts {
		if !slices.Contains(confirmed, m.ID) {
			return enforcement.Refuse("words.unconfirmed", "field", m.Field, "position", strconv.Itoa(m.From)+"-"+strconv.Itoa(m.To))
		}
	}
	return nil
}

// recordWords opens the record's words of a listing.
func (r *Listings) recordWords(l *Listing) (w Words, err error) {
	plain, err := r.Record.OpenFor(l.Subject, l.envelope, l.facts, "facts")
	if err != nil {
		return w, err
	}
	var facts Facts
	if err := json.Unmarshal(plain, &facts); err != nil {
		return w, fmt.Errorf("read the facts of listing %s: %w", l.ID, err)
	}
	return Words{facts.Obligation, facts.Conduct, l.basis, l.basisUnit}, nil
}

// publicWords are the words that everybody reads of a listing: as a person wrote or signed
// them, else as masking proposes them.
func (r *Listings) publicWords(l *Listing, known []mask.Known) (w Words, err error) {
	if l.publicWords == nil {
		w, err = r.recordWords(l)
		return w.masked(known), err
	}
	plain, err := r.Record.OpenFor(l.Subject, l.envelope, l.publicWords, sealedWords)
	if err != nil {
		return w, err
	}
	if err := json.Unmarshal(plain, &w); err != nil {
		return w, fmt.Errorf("read the public words of listing %s: %w", l.ID, err)
	}
	return w, nil
}

// sealWords seals public words for the row.
func sealWords(t *ground.Turn[Listing], w Words) ([]byte, error) {
	plain, err := json.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("write the public words of listing %s: %w", t.ID, err)
	}
	return t.Seal(sealedWords, string(plain))
}

// debtor is another whom a case is enforced against.
type debtor struct {
	Case     enforcement.ID `bun:"case_id"`
	ID       enforcement.ID `bun:"id"`
	Envelope []byte         `bun:"envelope"`
	Sealed   []byte         `bun:"sealed"`
}

// debtors asks for the subjects of every listing of some cases.
func debtors(db bun.IDB, cases any) *bun.SelectQuery {
	return db.NewSelect().TableExpr("listing AS x").Distinct().Join("JOIN subject AS s ON s.id = x.subject_id").
		ColumnExpr("x.case_id, s.id, s.envelope, s.sealed").Where("s.envelope IS NOT NULL AND x.case_id IN (?)", cases)
}

// known are the persons whose names the record has beside a listing: the subject's own, which
// is an item of its own; its representative; the other debtors of the case and theirs.
func (r *Listings) known(subject enforcement.ID, of enforcement.ID, own party.Identity, list []debtor) ([]mask.Known, error) {
	known := []mask.Known{{Name: own.Name}, {Name: own.Head, Role: "法定代表人（负责人）"}}
	for i := range list {
		d := &list[i]
		if d.Case != of || d.ID == subject {
			continue
		}
		other, err := r.Parties.OpenIdentity(d.ID, d.Envelope, d.Sealed)
		if err != nil {
			return nil, err
		}
		known = append(known, mask.Known{Name: other.Name, Role: "另一被执行人"}, mask.Known{Name: other.Head, Role: "另一被执行人的法定代表人（负责人）"})
	}
	return known, nil
}

// beside asks for the names that masking needs and keeps them with the listing.
func (r *Listings) beside(db bun.IDB, id enforcement.ID) ground.Question[Listing] {
	var list []debtor
	own := db.NewSelect().Table("listing").Column("case_id").Where("id = ?", id)
	return ground.Question[Listing]{
		Asks: []pg.Ask{pg.All(debtors(db, own), &list)},
		Refuse: func(l *Listing, _ day.Day) error {
			identity, err := r.Parties.OpenIdentity(l.Subject, l.envelope, l.sealed)
			if err != nil {
				return err
			}
			l.known, err = r.known(l.Subject, l.Case, identity, list)
			return err
		},
	}
}

// signable asks what [Listings.barred] and [Listings.beside] ask.
func (r *Listings) signable(db bun.IDB, id enforcement.ID) ground.Question[Listing] {
	barred, names := r.barred(db, id), r.beside(db, id)
	return ground.Question[Listing]{
		Asks: append(barred.Asks, names.Asks...),
		Refuse: func(l *Listing, today day.Day) error {
			if err := barred.Refuse(l, today); err != nil {
				return err
			}
			return names.Refuse(l, today)
		},
	}
}

// Wording shows the record's words of a listing, its public words, and every place in them
// that was hidden or is to be confirmed, to the people of its own court.
func (r *Listings) Wording(ctx context.Context, act enforcement.Act, id enforcement.ID) (l Listing, w Wording, err error) {
	if err := act.Check(enforcement.Clerk, enforcement.Judge, enforcement.President, enforcement.System); err != nil {
		return l, w, err
	}
	names := r.beside(r.Record.DB, id)
	if l, err = r.Life.Read(ctx, act, id, names.Asks...); err != nil {
		return l, w, err
	}
	if err = names.Refuse(&l, 0); err != nil {
		return l, w, enforcement.AsRefusal(err)
	}
	if w.Record, err = r.recordWords(&l); err != nil {
		return l, w, enforcement.AsRefusal(err)
	}
	if w.Public, err = r.publicWords(&l, l.known); err != nil {
		return l, w, enforcement.AsRefusal(err)
	}
	w.Hidden = w.Record.marks(func(text string) []mask.Mark { return mask.Marks(text, l.known...) })
	w.Doubts = w.Public.marks(func(text string) []mask.Mark { return mask.Doubts(text, l.known...) })
	w.Set, w.Frozen, w.Confirmed = l.publicWords != nil, !l.DecidedOn.IsZero(), l.publicMarks
	return l, w, nil
}

// Word writes the public words of a draft by hand; who signs reads them.
func (r *Listings) Word(ctx context.Context, act enforcement.Act, c ground.Change, w Words) error {
	return r.Life.Do(ctx, act, c, w.given(), func(_ context.Context, _ *pg.Tx, t *ground.Turn[Listing]) error {
		if err := w.check(); err != nil {
			return err
		}
		sealed, err := sealWords(t, w)
		t.Set("public_words", sealed)
		return err
	}, moveWord)
}

// Reword corrects public words that are signed, while a correction is open (Art. 9), and
// closes it. Whoever corrects confirms what is in doubt, as the signer did.
func (r *Listings) Reword(ctx context.Context, act enforcement.Act, c ground.Change, w Words, confirmed ...string) error {
	return r.Life.Do(ctx, act, c, w.given(), func(_ context.Context, _ *pg.Tx, t *ground.Turn[Listing]) error {
		if err := w.confirm(t.Case.known, confirmed); err != nil {
			return err
		}
		sealed, err := sealWords(t, w)
		t.Set("public_words", sealed, "public_marks", append([]string{}, confirmed...), "correcting_since", nil)
		return err
	}, moveReword)
}

func (w Words) given() ground.Given {
	return ground.Given{"obligation": w.Obligation, "conduct": w.Conduct, "basis_document": w.Basis, "basis_unit": w.BasisUnit}
}
