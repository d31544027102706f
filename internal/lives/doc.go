// Package lives holds three real lives from end to end, as tests and nothing else:
// a judgment debtor, a company with a major tax violation and a taxpayer of grade
// A, from the list owner's draft to the last withdrawal. The acts go over HTTP,
// wake-ups through River, messages by signed webhook to a stand-in for every
// department of Nanning; after each step the program is asked why a measure is,
// or is not, applied, and what it says in both languages is compared with a
// golden file under testdata.
//
// Whoever wants to know what the program does for one subject can read those
// files before any code.
package lives
