package party

import (
	"context"

	"concordat/enforcement"
	"concordat/enforcement/record"
	"concordat/internal/pg"
	"concordat/memoranda"
)

// Parties knows who is concerned: subjects, organisations and cases.
type Parties struct {
	Record *record.Record

	// bodies are those that an organisation can stand for; checkKeeper refuses a
	// department that keeps no list.
	Bodies      *memoranda.Catalogue
	CheckKeeper func(ctx context.Context, tx *pg.Tx, act enforcement.Act) error
}
