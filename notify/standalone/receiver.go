package standalone

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	maxBody   = 16 << 20
	tolerance = 5 * time.Minute
	maxPage   = 1000
)

// Receiver is the department's system. The fields are set before it serves.
type Receiver struct {
	// Secrets are shared secrets (whsec_…), PublicKeys our partner's keys (whpk_…).
	// Several of either are taken while one replaces another.
	Secrets, PublicKeys []string
	// Now is the clock.
	Now func() time.Time
	// Keep are, by measure, the own decisions on which it is kept after a withdrawal; nil
	// keeps nothing. What is kept is no directive's any more.
	Keep map[string]Keeping

	mu      sync.Mutex
	records map[string]record
}

// Keeping is what a measure is kept on: a law and an own decision that was served.
type Keeping struct {
	Title, Article           string
	Number, ServedOn, Remedy string
	Until                    string // 2006-01-02
}

// record is what is held of one directive.
type record struct {
	version  int
	measures []string
	until    string // the last day, 2006-01-02, or nothing
	subject  string // the number of whom it concerns; nothing where none was told
	final    bool   // withdrawn: nothing revives it
}

// message is what of a message and of an inventory question matters here. Members that
// are not known are passed over.
type message struct {
	Format     int         `json:"format"`
	Test       bool        `json:"test"`
	Directives []directive `json:"directives"`
	Inventory  *question   `json:"inventory"`
}

type directive struct {
	ID         string   `json:"id"`
	Version    int      `json:"version"`
	Kind       string   `json:"kind"`
	Measures   []string `json:"measures"`
	ValidUntil string   `json:"valid_until"`
	Subject    struct {
		Number string `json:"number"`
	} `json:"subject"`
}

type question struct {
	After string `json:"after"`
	Limit int    `json:"limit"`
}

type answer struct {
	Directive string   `json:"directive"`
	Version   int      `json:"version"`
	Outcome   string   `json:"outcome"`
	Reports   []report `json:"reports,omitempty"`
}

type report struct {
	Measure   string            `json:"measure"`
	Outcome   string            `json:"outcome"`
	Cited     map[string]string `json:"cited,omitempty"`
	Decision  map[string]string `json:"decision,omitempty"`
	KeptUntil string            `json:"kept_until,omitempty"`
}

type held struct {
	Directive string `json:"directive"`
	Version   int    `json:"version"`
	Withdrawn bool   `json:"withdrawn"`
	Carries   bool   `json:"carries"`
}

// ServeHTTP takes messages and answers questions.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, maxBody))
	if err != nil {
		http.Error(w, "too long", http.StatusRequestEntityTooLarge)
		return
	}
	if err := r.verify(request.Header, body); err != nil {
		http.Error(w, "signature", http.StatusUnauthorized)
		return
	}
	var m message
	if err := json.Unmarshal(body, &m); err != nil || m.Format != 1 {
		http.Error(w, "format", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if m.Inventory != nil {
		_ = json.NewEncoder(w).Encode(r.inventory(*m.Inventory)) // who asks learns of a broken answer by itself
		return
	}
	_ = json.NewEncoder(w).Encode(r.take(m)) // likewise
}

var errSignature = errors.New("no signature fits")

// verify checks the three headers: one signature that one key confirms is enough.
func (r *Receiver) verify(h http.Header, body []byte) error {
	id, stamp := h.Get("webhook-id"), h.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || id == "" {
		return errSignature
	}
	if off := r.Now().Sub(time.Unix(seconds, 0)); off > tolerance || off < -tolerance {
		return errSignature
	}
	signed := append([]byte(id+"."+stamp+"."), body...)
	for signature := range strings.FieldsSeq(h.Get("webhook-signature")) {
		version, text, _ := strings.Cut(signature, ",")
		given, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			continue
		}
		switch version {
		case "v1":
			for _, secret := range r.Secrets {
				key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
				if err != nil {
					continue
				}
				mac := hmac.New(sha256.New, key)
				mac.Write(signed)
				if hmac.Equal(given, mac.Sum(nil)) {
					return nil
				}
			}
		case "v1a":
			for _, public := range r.PublicKeys {
				key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(public, "whpk_"))
				if err == nil && len(key) == ed25519.PublicKeySize && ed25519.Verify(key, signed, given) {
					return nil
				}
			}
		}
	}
	return errSignature
}

// take applies each directive by its version and answers each.
func (r *Receiver) take(m message) any {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.records == nil {
		r.records = map[string]record{}
	}
	answers := make([]answer, 0, len(m.Directives))
	for _, d := range m.Directives {
		var reports []report
		if !m.Test {
			reports = r.kept(d)
			r.apply(d)
		}
		answers = append(answers, answer{d.ID, d.Version, "acknowledged", reports})
	}
	return struct {
		Format  int      `json:"format"`
		Answers []answer `json:"answers"`
	}{1, answers}
}

// kept tells of what a withdrawal ends and is kept on an own decision.
func (r *Receiver) kept(d directive) (reports []report) {
	old := r.records[d.ID]
	if d.Kind != "withdraw" || old.final || old.version >= d.Version {
		return nil
	}
	for _, measure := range old.measures {
		if k, ok := r.Keep[measure]; ok {
			reports = append(reports, report{
				measure, "kept",
				map[string]string{"title": k.Title, "article": k.Article},
				map[string]string{"number": k.Number, "served_on": k.ServedOn, "remedy": k.Remedy},
				k.Until,
			})
		}
	}
	return reports
}

// apply is the version rule: newer replaces, anything else changes nothing, and what was
// withdrawn stays withdrawn. The set decides, not the kind.
func (r *Receiver) apply(d directive) {
	old, known := r.records[d.ID]
	if known && (old.final || old.version >= d.Version) {
		return
	}
	now := record{version: d.Version, measures: d.Measures, until: d.ValidUntil, subject: d.Subject.Number}
	if now.subject == "" {
		now.subject = old.subject
	}
	if d.Kind == "withdraw" || d.Kind == "grant-end" {
		now.final, now.measures = true, nil
	}
	r.records[d.ID] = now
}

// Version is the newest version held of a directive, 0 if none.
func (r *Receiver) Version(id string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.records[id].version
}

// Applies is the union rule: whether any directive that concerns a number carries a
// measure on a day (2006-01-02).
func (r *Receiver) Applies(number, measure, day string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, one := range r.records {
		if one.subject != number || (one.until != "" && one.until < day) {
			continue
		}
		if slices.Contains(one.measures, measure) {
			return true
		}
	}
	return false
}

// inventory answers what is held, a page at a time, in the order of ids.
func (r *Receiver) inventory(q question) any {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines := []held{}
	for id, one := range r.records {
		if id > q.After {
			lines = append(lines, held{id, one.version, one.final, len(one.measures) > 0})
		}
	}
	sort.Slice(lines, func(i, j int) bool { return lines[i].Directive < lines[j].Directive })
	limit, more := min(q.Limit, maxPage), false
	if len(lines) > limit {
		lines, more = lines[:limit], true
	}
	return struct {
		Format    int    `json:"format"`
		Inventory []held `json:"inventory"`
		More      bool   `json:"more"`
	}{1, lines, more}
}
