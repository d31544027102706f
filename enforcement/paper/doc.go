// Package paper keeps the documents of the file: what proves that a step was taken. A
// restriction needs one at every step; what lifts waits for none.
//
// A [Paper] is brought by the people of the organisation that owns a case, for a
// [Purpose], with a title and a day. What kind of document it is its content says, never
// a name ([Inspect]): PDF, JPEG, PNG, OFD (GB/T 33190) or plain text of at most [MaxSize],
// or a recording of at most [MaxRecording]; a larger recording stays where it lies and is
// referred to with its SHA-256 (CPL 89). What is empty, broken off, blank or two things at
// once is refused.
//
// Each paper has a data key of its own. Where it is of a case, the key is sealed under
// that of the case's subject and stands in the use ([Papers.Keep], [Papers.Link]): one
// paper may serve many cases, and erasing a subject takes it from that subject's cases
// alone. What concerns several, as a takeover's statement or an announcement, has an
// envelope wrapped by the installation's key. Content lies in pieces of at most 256 KiB
// ([PieceSize]), apart from what is known of it, by month, and is never rewritten.
//
// It owns paper, paper_use and paper_chunk. Package ground has the papers of a case found
// with the message that locks it ([Find]) and kept in the transaction of the act
// ([Papers.Take]); the API brings them alone. It calls record and nothing else. Begin with
// paper.go and keep.go; form.go says what is taken.
package paper
