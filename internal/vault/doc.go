// Package vault holds the installation's keys and does with them the four
// things the record needs: it seals personal data in one envelope per subject,
// seals secrets that belong to no subject, makes keyed hashes to look values up
// by, and makes keyed hashes of documents for events. It knows no database: it
// gives bytes, others store them. All cryptography is tink's.
//
// # Envelopes and shredding
//
// Each subject has a random 32-byte data key (AES-256-GCM). The installation's
// key wraps it, and the 62 wrapped bytes stand in the subject's row:
//
//	key version (2, big-endian) | nonce (12) | sealed data key (32) | tag (16)
//
// A field is sealed with the data key as nonce (12), text, tag (16). Subject
// and field name are bound as associated data, so sealed bytes that are moved
// to another subject or another field do not open.
//
// Shredding a subject (销毁) is forgetting its wrapped key, and nothing else:
// the data key stands nowhere else, so no sealed field opens again, in any
// table. Three things remain to be thought of. An Envelope in use still opens:
// keep none. A backup of the database still holds the wrapped key: shredding
// reaches into backups only when they expire, or when the keys are rotated, the
// remaining subjects wrapped again, the old version retired and the copies of
// the old key file destroyed. And hashes are no envelopes: look-up hashes of a
// shredded subject must be deleted with it; whoever holds the key file can try
// out guesses against them, and against document hashes.
//
// # Hashes
//
// A look-up hash is HMAC-SHA-256 under a key of its own, cut to 16 bytes: half
// the index of a full one, and among a thousand million values of one version
// the chance that any two collide is below 10⁻²⁰. Cutting gives a guesser
// nothing: without the key no value can be tried out. Equal values of one
// domain have equal hashes, which is the purpose; so frequencies show, plainly
// in hashed 1-grams of names, to anyone who reads the table. Document hashes are
// not cut, and their keys are kept when a version is retired, because an event
// can never be hashed again.
//
// # Versions and rotation
//
// Everything wrapped, sealed or hashed carries the version of its key. The order
// of a rotation over several processes is:
//
//  1. Prepare: a new version is looked up, but does not seal or hash.
//  2. Reload in every process; on other machines put the new key file first.
//  3. Rotate: the prepared version becomes current.
//  4. Reload in every process again.
//  5. Rewrap, Reseal and Hash again every row of an older version. The version
//     is in the first two bytes, or in the hash's own column.
//  6. When no row carries the old version, Retire it.
//
// Leaving out 2 makes a slow process miss rows that another one hashed: a
// look-up finds nothing where there is something. Leaving out 4 before 6 loses
// data: a process that still seals with a retired version writes what nobody can
// open. The vault cannot see other processes, so it cannot refuse this.
//
// # The key file
//
// One JSON file: a header, a checksum against damage, and for each version four
// tink keysets in clear (wrap, seal, lookup, document), of which a retired
// version keeps the last. Whoever reads it reads everything: it must be a
// regular file of the process's own user without any permission for others, and
// is refused otherwise. It must be backed up, apart from the database: without
// it nothing opens. It is marked "production" or "demo" and never opened as the
// other. Changes go through a lock file beside it (.lock, which stays) and a
// synced temporary file (.new), so that there is always one whole file; the
// first one is put in place by a hard link, which cannot replace another.
//
// # Cost
//
// On two cores shared with other work, medians of ten runs: a new envelope and
// one sealed field 2.1 µs (1.5–7.7), opening an envelope and one field 1.8 µs
// (1.2–3.1); the slowest readings are those under the most load. A further
// field, a look-up hash and a Rewrap were mostly below 1 µs each. A tink
// keyset per subject was measured beside it and not taken: 3.7 and 2.8 µs on
// the quiet machine against 1.6 and 1.6 for the raw key, and about 6 and 5
// against 2.2 and 2.3 under load, because a keyset is protobuf to be parsed for
// each subject. Building the cipher by aesgcm.NewAEAD or by subtle.NewAESGCM
// makes no difference that stands out of the noise. BenchmarkLayouts repeats
// the comparison.
package vault
