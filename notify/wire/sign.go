package wire

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers of Standard Webhooks.
const (
	HeaderID        = "Webhook-Id"
	HeaderTimestamp = "Webhook-Timestamp"
	HeaderSignature = "Webhook-Signature"
)

// HeaderAttempt names the attempt, which is another at each retry; it is for the logs
// of both sides and is not signed.
const HeaderAttempt = "Concordat-Attempt"

// Tolerance is how far a message's timestamp may lie from the receiver's clock.
const Tolerance = 5 * time.Minute

// The prefixes of keys: shared secret, private key, public key.
const (
	prefixSecret  = "whsec_"
	prefixPrivate = "whsk_"
	prefixPublic  = "whpk_"
)

var (
	// ErrKey reports a text that is no key.
	ErrKey = errors.New("not a webhook key")
	// ErrHeaders reports missing or malformed headers.
	ErrHeaders = errors.New("webhook headers missing or malformed")
	// ErrTimestamp reports a message that is too old or from the future.
	ErrTimestamp = errors.New("webhook timestamp outside of the tolerance")
	// ErrSignature reports that no signature matches any key.
	ErrSignature = errors.New("no webhook signature matches")
)

// Key signs or verifies. The zero Key does neither.
type Key struct {
	secret  []byte
	private ed25519.PrivateKey
	public  ed25519.PublicKey
}

// ParseKey reads a key: whsec_ and a shared secret, whsk_ and an Ed25519 private
// key (64 bytes, or its seed of 32), whpk_ and a public key; all in base64. The
// error wraps ErrKey and does not quote the text.
func ParseKey(text string) (Key, error) {
	at := strings.IndexByte(text, '_') + 1
	raw, err := base64.StdEncoding.DecodeString(text[at:])
	if err != nil {
		return Key{}, fmt.Errorf("base64: %w", ErrKey)
	}
	switch prefix := text[:at]; {
	case prefix == prefixSecret && len(raw) >= 24 && len(raw) <= 64:
		return Key{secret: raw}, nil
	case prefix == prefixPrivate && (len(raw) == ed25519.SeedSize || len(raw) == ed25519.PrivateKeySize):
		private := ed25519.NewKeyFromSeed(raw[:ed25519.SeedSize])
		public, _ := private.Public().(ed25519.PublicKey) // always is one
		return Key{private: private, public: public}, nil
	case prefix == prefixPublic && len(raw) == ed25519.PublicKeySize:
		return Key{public: raw}, nil
	default:
		return Key{}, fmt.Errorf("%d bytes: %w", len(raw), ErrKey)
	}
}

// ParseKeys reads several.
func ParseKeys(texts ...string) ([]Key, error) {
	keys := make([]Key, 0, len(texts))
	for i, text := range texts {
		key, err := ParseKey(text)
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// NewSecret makes a shared secret of 32 random bytes, in text form.
func NewSecret() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	return prefixSecret + base64.StdEncoding.EncodeToString(raw)
}

// NewPair makes an Ed25519 key pair, in text form.
func NewPair() (private, public string) {
	seed := make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(seed) // never fails
	key := ed25519.NewKeyFromSeed(seed)
	return prefixPrivate + base64.StdEncoding.EncodeToString(key), prefixPublic + base64.StdEncoding.EncodeToString(key[ed25519.SeedSize:])
}

// CanSign reports whether the key signs: public keys do not.
func (k Key) CanSign() bool { return k.secret != nil || k.private != nil }

// Version is the version of the signatures that the key makes or confirms: v1 of a
// shared secret, v1a of a pair.
func (k Key) Version() string {
	if k.secret != nil {
		return "v1"
	}
	return "v1a"
}

// Sign sets the three headers: one signature for each key that signs, separated
// by spaces.
func Sign(h http.Header, keys []Key, id string, at time.Time, body []byte) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	signatures := make([]string, 0, len(keys))
	for _, k := range keys {
		switch {
		case k.secret != nil:
			signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(k.mac(id, stamp, body)))
		case k.private != nil:
			signatures = append(signatures, "v1a,"+base64.StdEncoding.EncodeToString(ed25519.Sign(k.private, signed(id, stamp, body))))
		}
	}
	h.Set(HeaderID, id)
	h.Set(HeaderTimestamp, stamp)
	h.Set(HeaderSignature, strings.Join(signatures, " "))
}

// Verify checks headers and body at the instant now and returns the message's id.
// One signature that one key confirms is enough. Errors wrap ErrHeaders,
// ErrTimestamp or ErrSignature.
func Verify(h http.Header, body []byte, keys []Key, now time.Time) (string, error) {
	id, stamp := h.Get(HeaderID), h.Get(HeaderTimestamp)
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || id == "" || len(id) > 256 || stamp != strconv.FormatInt(seconds, 10) {
		return "", ErrHeaders
	}
	if off := now.Unix() - seconds; off > int64(Tolerance/time.Second) || off < -int64(Tolerance/time.Second) {
		return "", ErrTimestamp
	}
	for i, signature := range strings.Fields(h.Get(HeaderSignature)) {
		if i == maxSignatures {
			break
		}
		version, text, _ := strings.Cut(signature, ",")
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			continue
		}
		for _, k := range keys {
			if k.confirms(version, raw, id, stamp, body) {
				return id, nil
			}
		}
	}
	return "", ErrSignature
}

// maxSignatures bounds the work that one request can ask for.
const maxSignatures = 8

func (k Key) confirms(version string, raw []byte, id, stamp string, body []byte) bool {
	switch {
	case version == "v1" && k.secret != nil:
		return hmac.Equal(raw, k.mac(id, stamp, body))
	case version == "v1a" && k.public != nil:
		return ed25519.Verify(k.public, signed(id, stamp, body), raw)
	default:
		return false
	}
}

func (k Key) mac(id, stamp string, body []byte) []byte {
	h := hmac.New(sha256.New, k.secret)
	h.Write([]byte(id + "." + stamp + "."))
	h.Write(body)
	return h.Sum(nil)
}

func signed(id, stamp string, body []byte) []byte {
	content := make([]byte, 0, len(id)+len(stamp)+2+len(body))
	content = append(append(content, id...), '.')
	content = append(append(content, stamp...), '.')
	return append(content, body...)
}
