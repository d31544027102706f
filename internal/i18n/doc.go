// Package i18n holds what the program says to people: for every code of a
// refusal one sentence in Chinese and one in English, each telling what is wrong
// and what to do next.
//
// The words live in words/, one YAML file per language, compiled in. A file has
// three parts: titles (by HTTP status), values (what a coded argument is called:
// a role, a state, a move) and words (by code). In a sentence {name} stands for
// an argument of the refusal, and [ … ] encloses a part that is left out when
// one of its arguments was not given:
//
//	decision.term: 期限不得超过二年[，最迟至{max}]。
//
// Only arguments that a sentence names are ever shown, and a value is shown only
// if it is a known code, a date or a number: a refusal cannot carry what
// somebody typed back into a page, a log or a document.
//
// What an explanation says stands in sentences/, likewise one file per language:
// sentences by key and the terms of their coded arguments. Unlike the words of
// refusals they show names and titles as the record gives them ([Sentence]).
//
// This is a leaf: it knows codes as text and imports nothing of ours. That every
// code of every package has words, and no word is left without a code, is tested
// where all packages meet (internal/api).
package i18n
