// Command catalogue writes what the embedded catalogue holds: docs/catalogue.md
// whole, and the block of README.md between its two marks.
//
// It counts entries by their evidence and says of every measure of every edition,
// once, whether it would travel on a fixed day or what holds it back: on the kind of
// ground its mode travels on, for the kind of subject that comes furthest, without
// asking for attestation, with that made for demonstration, and with that of the
// catalogue as shipped, which is none.
//
//	go run ./internal/docgen/catalogue                 writes both (make generate)
//	go run ./internal/docgen/catalogue -on 2025-09-01  the same for another day
package main
