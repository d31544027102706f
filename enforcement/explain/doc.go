// Package explain says why a measure is, or is not, applied to somebody: from the decision,
// over the agreement, the law and the lawyer's statement, to the organisation, how far it
// was told, and the ways it ends.
//
// [Explainer.Directive] explains what one directive carries, [Explainer.Explain] one
// measure and one subject on a day, also a day of the past, [Explainer.Reach] and
// [Explainer.MeasureOn] what reaches a kind of subject and by what, about nobody in
// particular. An [Explanation] is data; [Explanation.Sentences] says it in either
// language. Every reason has a stable code ([Reasons]), its own or a resolution's.
//
// It keeps no table and writes nothing. It answers by the same text and the same question
// as planning does, so that it cannot say otherwise than what is done; and what a changed
// plan no longer holds it calls lifted from that moment. A court may ask of its own
// decisions, a department of its own and of what it was sent, an overseer of everything;
// to others the subject is not found, and nobody is told by whom else it is known.
//
// The API and the command explain call it. It calls record, party, hold, plan, directive
// and reward, and reads the words of listing and ground. Begin with ask.go and answer.go;
// one.go is the reasoning, reason.go the codes, words.go and end.go what people read. An
// explanation in words is an example in package register.
package explain
