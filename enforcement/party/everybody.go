package party

import (
	"github.com/uptrace/bun"

	"concordat/enforcement"
	"concordat/internal/pg"
)

// Everybody asks, together with other questions, for all organisations with their bodies.
type Everybody struct {
	organisations []Organisation
	parts         []part
}

// Asks are the questions.
func (e *Everybody) Asks(db bun.IDB) []pg.Ask {
	return []pg.Ask{
		pg.All(db.NewSelect().Table("organisation").Column("id", "slug", "name_zh", "name_en", "kind", "serves", "court_code", "ack_working_days", "report_working_days").
			ColumnExpr("superior_id AS superior").Order("id"), &e.organisations),
		pg.All(db.NewSelect().Model((*part)(nil)).Order("organisation_id", "body", "valid_from"), &e.parts),
	}
}

// List is the answer, by id.
func (e *Everybody) List() []Organisation {
	list := append([]Organisation(nil), e.organisations...)
	place := make(map[enforcement.OrganisationID]int, len(list))
	for i := range list {
		place[list[i].ID] = i
	}
	for _, p := range e.parts {
		if i, ok := place[p.Organisation]; ok { // one entered between the two has no place yet
			list[i].Bodies = append(list[i].Bodies, Part{Body: p.Body, From: p.From, Until: p.Until})
		}
	}
	return list
}
