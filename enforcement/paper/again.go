package paper

import (
	"concordat/enforcement"
	"concordat/internal/pg"
)

// Again lets the paper of a case serve the one that takes its place, of the same subject and
// owner, for the same purpose: its key is sealed under the same subject's.
func Again(tx *pg.Tx, act enforcement.Act, id enforcement.ID, purpose Purpose, from, to enforcement.ID) {
	tx.Later(tx.NewRaw(`INSERT INTO paper_use (serves, paper_id, purpose, ground_id, key, used_by, used_role, used_at)
		SELECT n.id, u.paper_id, u.purpose, n.id, u.key, ?, ?, ?::timestamptz FROM paper_use u
		JOIN ground o ON o.id = u.ground_id JOIN ground n ON n.id = ? AND n.subject_id = o.subject_id AND n.organisation_id = o.organisation_id
		WHERE u.serves = ? AND u.paper_id = ? AND u.purpose = ?`,
		act.Actor.ID, act.Actor.Role, act.At.UTC(), to, from, id, purpose), "let paper %s serve case %s again", id, to)
}
