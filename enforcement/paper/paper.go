package paper

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda/day"
)

// Papers keeps the documents of the file.
type Papers struct {
	Record *record.Record
	// KeepYears is how long a paper is kept after the end of the last case it serves; 0 is
	// [DefaultKeepYears].
	KeepYears int
	// Numbered finds the subject that has a number, for sheets that name cases by it; who
	// keeps numbers is a room beside: register.Open puts it in ([party.Parties.Numbered]).
	Numbered func(ctx context.Context, act enforcement.Act, number string) (enforcement.ID, error)
}

// Holder is the case that a paper is brought for: what [Papers] needs to know of it.
type Holder struct {
	// Ground is the case. Without one the paper is of something that concerns several,
	// which Serves names, and has an envelope of its own.
	Ground, Subject enforcement.ID
	Owner           enforcement.OrganisationID
	// Envelope is the subject's, wrapped; empty: erased.
	Envelope []byte
	// Serves is what the paper is for where it is no case: a takeover's run, an attestation.
	Serves enforcement.ID
}

// serves is the id that the use names.
func (h Holder) serves() enforcement.ID {
	if h.Ground.IsZero() {
		return h.Serves
	}
	return h.Ground
}

// Given is a paper that an act names: one of the file by its id, or one that comes in the
// act's own request. The zero Given is none.
type Given struct {
	ID      enforcement.ID
	Content []byte
	// Title is in words; empty is those of the purpose.
	Title string
	// Day is the one that the paper bears; none is that of the act.
	Day day.Day
}

// Empty reports whether no paper was given.
func (g Given) Empty() bool { return g.ID.IsZero() && len(g.Content) == 0 }

// Paper is a document of the file, as far as it is known without opening it.
type Paper struct {
	ID      enforcement.ID
	Purpose Purpose
	Type    Type
	// Size is in bytes; 0 for what lies elsewhere.
	Size int64
	Day  day.Day
	// Hash is the keyed document hash of the SHA-256 of the content: what events carry.
	Hash      []byte
	BroughtBy string
	BroughtAt time.Time
	// UsedBy brought it to this case, at UsedAt: the same, or who linked it.
	UsedBy string
	UsedAt time.Time
	// KeepUntil is the day until which it is kept at least; none: its case has not ended.
	KeepUntil day.Day
	// Elsewhere: it is a recording that is only referred to.
	Elsewhere bool
	// Erased: nobody can open it any more.
	Erased bool
	// Serves is what it serves.
	Serves enforcement.ID

	owner                        enforcement.OrganisationID
	details, elsewhere, own, key []byte
	pieces                       int
}

// paperRow is a paper as it is kept, useRow one of its uses, chunkRow a piece of it.
type paperRow struct {
	bun.BaseModel `bun:"table:paper"`

	ID          enforcement.ID             `bun:"id,pk"`
	Owner       enforcement.OrganisationID `bun:"organisation_id,nullzero"`
	Type        Type                       `bun:"type"`
	Size        int64                      `bun:"size"`
	Pieces      int                        `bun:"pieces"`
	Hash        []byte                     `bun:"hash"`
	Day         day.Day                    `bun:"day"`
	Details     []byte                     `bun:"details"`
	Elsewhere   []byte                     `bun:"elsewhere"`
	Envelope    []byte                     `bun:"envelope"`
	BroughtBy   string                     `bun:"brought_by"`
	BroughtRole enforcement.Role           `bun:"brought_role"`
	BroughtAt   time.Time                  `bun:"brought_at"`
	BroughtOn   day.Day                    `bun:"brought_on"`
}

type useRow struct {
	bun.BaseModel `bun:"table:paper_use,alias:u"`

	Serves    enforcement.ID   `bun:"serves,pk"`
	Paper     enforcement.ID   `bun:"paper_id,pk"`
	Purpose   Purpose          `bun:"purpose,pk"`
	Ground    enforcement.ID   `bun:"ground_id"`
	Key       []byte           `bun:"key"`
	UsedBy    string           `bun:"used_by"`
	UsedRole  enforcement.Role `bun:"used_role"`
	UsedAt    time.Time        `bun:"used_at"`
	KeepUntil day.Day          `bun:"keep_until"`
}

type chunkRow struct {
	bun.BaseModel `bun:"table:paper_chunk"`

	Paper    enforcement.ID `bun:"paper_id,pk"`
	Position int            `bun:"position,pk"`
	Sealed   []byte         `bun:"sealed"`
}

// found is a use with its paper, as it is read.
type found struct {
	Serves    enforcement.ID             `bun:"serves"`
	Paper     enforcement.ID             `bun:"paper_id"`
	Purpose   Purpose                    `bun:"purpose"`
	Key       []byte                     `bun:"key"`
	UsedBy    string                     `bun:"used_by"`
	UsedAt    time.Time                  `bun:"used_at"`
	KeepUntil day.Day                    `bun:"keep_until"`
	Owner     enforcement.OrganisationID `bun:"organisation_id"`
	Type      Type                       `bun:"type"`
	Size      int64                      `bun:"size"`
	Pieces    int                        `bun:"pieces"`
	Hash      []byte                     `bun:"hash"`
	Day       day.Day                    `bun:"day"`
	Details   []byte                     `bun:"details"`
	Elsewhere []byte                     `bun:"elsewhere"`
	Envelope  []byte                     `bun:"envelope"`
	BroughtBy string                     `bun:"brought_by"`
	BroughtAt time.Time                  `bun:"brought_at"`
	Erased    bool                       `bun:"erased"`
}

// Find asks for the papers of a case, in the order in which they were brought; it travels
// with the message that locks the case.
func Find(db bun.IDB, ground enforcement.ID, into *[]Paper) pg.Ask {
	return pg.Made(selectUses(db).Where("u.serves = ?", ground).Order("u.used_at", "u.paper_id", "u.purpose"), (*found).paper, into)
}

func selectUses(db bun.IDB) *bun.SelectQuery {
	return db.NewSelect().TableExpr("paper_use AS u").Join("JOIN paper AS p ON p.id = u.paper_id").
		Join("LEFT JOIN ground AS g ON g.id = u.ground_id").Join("LEFT JOIN subject AS s ON s.id = g.subject_id").
		ColumnExpr("u.serves, u.paper_id, u.purpose, u.key, u.used_by, u.used_at, u.keep_until").
		ColumnExpr("p.organisation_id, p.type, p.size, p.pieces, p.hash, p.day, p.details, p.elsewhere, p.envelope, p.brought_by, p.brought_at").
		ColumnExpr("p.envelope IS NULL AND (u.key IS NULL OR s.envelope IS NULL) AS erased")
}

func (f *found) paper() Paper {
	return Paper{
		ID: f.Paper, Purpose: f.Purpose, Type: f.Type, Size: f.Size, Day: f.Day, Hash: f.Hash, BroughtBy: f.BroughtBy, BroughtAt: f.BroughtAt,
		UsedBy: f.UsedBy, UsedAt: f.UsedAt, KeepUntil: f.KeepUntil, Elsewhere: f.Elsewhere != nil, Erased: f.Erased, Serves: f.Serves,
		owner: f.Owner, details: f.Details, elsewhere: f.Elsewhere, own: f.Envelope, key: f.Key, pieces: f.Pieces,
	}
}
