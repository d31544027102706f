// Package plan says what was agreed and attested as of a day, and who shall do what by it.
//
// What is in force is a [Text]: the catalogue in the binary, overlaid with the editions
// that the record adopted, evaluated against its lawyers' statements. A [Key] is a
// question (list, kind of subject, region, day), and the text answers it in two steps:
// [Text.Resolve] says which measures, [Text.Assign] which organisations, through the
// bodies they stand for, in the region that each measure's territory names. A measure
// whose body nobody plays is a [Gap]: shown before signing, and an incident after. What
// nobody attested is in no plan.
//
// [Plans.PlanFor] is for whoever makes directives. It passes a gate behind which no
// edition can be switched and no statement entered, and reads the record anew if it says
// more than this process has read; so several processes never plan by different texts. An
// edition that this programme cannot read as it was adopted stops its list and no other.
//
// It owns measure, edition, plan, plan_edition, plan_line, attestation,
// attestation_confirmation, attestation_withdrawal and adoption. Plans are append-only and part of the history: an
// event names a plan and need not repeat its lines. A measure has one small number for
// ever.
//
// It calls record, party and docket, and package memoranda, which does the thinking
// without a database. Directive, ground, replan and explain call it. Begin with text.go
// and resolve.go; edition.go and adoption.go are how texts come in, attestation.go who
// vouches for them, territory.go where organisations are looked for, cite.go what law and
// periods a list has. The example asks a text without a database.
package plan
