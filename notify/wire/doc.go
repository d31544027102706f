// Package wire is the format in which directives travel and answers come back,
// and the signature on both. It knows no database: sender, receivers, tests and
// later other channels share it.
//
// A [Message] is the body of one attempt: directives of one organisation in one
// lane, and the words of every measure they name. Its id ([ContentID]) stands in the
// header webhook-id, which the signature covers: the same content bears the same id at
// every retry. Which attempt carries it says another header.
//
// Of each directive the message carries the version, and the full set of
// measures now in force under it. The set decides, the kind is for people.
// Receivers dedupe by directive and version, never by message id.
//
// [Answers] come back in the response, one line for each directive; a directive
// without a line is in doubt and is sent again. A receiver may also just say by a
// status of success that it has the message ([ReadAnswers]).
//
// An [InventoryRequest] asks a receiver what it holds; its [Inventory] is how a
// record that was restored to an earlier point finds out what it has lost.
//
// Signatures follow the Standard Webhooks specification: v1 is HMAC-SHA256, v1a
// is Ed25519, over "id.timestamp.body". Several keys may sign at once while they
// are rotated; one that matches is enough.
package wire
