// Command procedures writes docs/procedures.md from the tables of moves: for every
// kind of case what can happen to it, in which state, by whom, on what, with which
// clocks and effect, and where the rule comes from, in Chinese and English.
//
// Nothing on the page stands anywhere else than in the tables of moves (package
// enforcement/kinds lists them) and in the words of internal/i18n. A move without a
// source, or a word that is missing in a language, stops it.
//
//	go run ./internal/docgen/procedures            writes the file (make generate)
//	go run ./internal/docgen/procedures -root DIR  the same for the checkout in DIR
package main
