// pgx: ids travel in binary where thousands do.

package enforcement

import (
	"bufio"
	"crypto/rand"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// ID is a UUIDv7 (RFC 9562). The zero ID is no id and writes as SQL NULL.
// Directive ids are never numbers from a sequence: a database restored to an
// earlier point must not hand out a number that a receiver holds as withdrawn.
type ID [16]byte

// NewID returns a new id; ids of one process ascend.
func NewID() ID { return ID(uuid.Must(uuid.NewV7())) }

// NewIDs returns n new ids, ascending; they share the cost of the random bytes.
func NewIDs(n int) []ID {
	random := bufio.NewReader(rand.Reader)
	ids := make([]ID, n)
	for i := range ids {
		ids[i] = ID(uuid.Must(uuid.NewV7FromReader(random)))
	}
	return ids
}

// ParseID reads the canonical text form of an id; that of no id is not one.
func ParseID(text string) (ID, error) {
	id, err := uuid.Parse(text)
	if err != nil || len(text) != 36 || ID(id).IsZero() {
		return ID{}, Refuse("id.malformed")
	}
	return ID(id), nil
}

// IsZero reports whether id is no id.
func (id ID) IsZero() bool { return id == ID{} }

// String returns the canonical text form, empty for no id.
func (id ID) String() string {
	if id.IsZero() {
		return ""
	}
	return uuid.UUID(id).String()
}

// MarshalText is String.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText is ParseID; the empty text is no id.
func (id *ID) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*id = ID{}
		return nil
	}
	parsed, err := ParseID(string(text))
	if err != nil {
		return err
	}
	*id = parsed
	return nil
}

// UUIDValue lets pgx send ids in binary.
func (id ID) UUIDValue() (pgtype.UUID, error) {
	return pgtype.UUID{Bytes: id, Valid: !id.IsZero()}, nil
}

// ScanUUID lets pgx read ids in binary.
func (id *ID) ScanUUID(v pgtype.UUID) error {
	*id = ID{}
	if v.Valid {
		*id = v.Bytes
	}
	return nil
}

// Value writes the id for database/sql.
func (id ID) Value() (driver.Value, error) {
	if id.IsZero() {
		return nil, nil
	}
	return id.String(), nil
}

// Scan reads an id from database/sql; NULL is no id.
func (id *ID) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*id = ID{}
		return nil
	case string:
		return id.UnmarshalText([]byte(v))
	case []byte:
		if len(v) == len(id) {
			copy(id[:], v)
			return nil
		}
		return id.UnmarshalText(v)
	default:
		return fmt.Errorf("an id from %T", src)
	}
}

// Cursor is an id to go on from: no id stands before every other.
func (id ID) Cursor() string { return uuid.UUID(id).String() }

// Made is when an id was made: the first 48 bits of a UUIDv7 are milliseconds since
// 1970 (RFC 9562 §5.7). Zero for no id.
func (id ID) Made() time.Time {
	if id.IsZero() {
		return time.Time{}
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(id[:8]) >> 16)).UTC()
}
