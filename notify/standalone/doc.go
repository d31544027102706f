// Package standalone is a department's system as its own people would write it from
// docs/webhooks.md alone: it imports nothing of ours, only what Go brings for HTTP,
// cryptography and encodings. It is a sample to read and copy, and proof that the page
// says all that is needed: it passes notify/channeltest.
package standalone
