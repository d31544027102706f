// Package memoranda holds what authorities agreed in joint reward and
// punishment memoranda (联合奖惩合作备忘录), as values: no database, no HTTP, no
// clock. It answers one question, purely and in memory: which measures reach
// this kind of subject, on this list, on this day, resting on which law, carried
// out by which bodies, and, for each measure that stays out, why.
//
// # The catalogue
//
// A [Catalogue] is read by [Load] from YAML files: bodies with dated
// successions, legal bases, list types, the editions of the national basic list
// of punishments (全国失信惩戒措施基础清单), and one file per memorandum edition.
// [Embedded] is the catalogue in the binary. Loading reports every mistake of
// every file with line and column ([Mistakes]); a file with a syntax error is
// reported alone, the others are still read.
//
// The editions of one memorandum may neither overlap nor leave days between them
// on which none stands; those of the basic list may leave such days. A memorandum
// that nothing follows ends with its own until, if it has one.
//
// [Catalogue.Resolve] answers one question; an [Index] holds the answers to all,
// for whoever asks often or about every list at once.
//
// What is not known stays empty, and what is not verified says so: [Evidence] is
// *seen* (a source about the memorandum was read), *known* or *unverified*. The
// count and order of measures are ours, never the official numbering, and no
// catalogue may carry a score of a person or a condition on one.
//
// # Two switches
//
// Evidence says how well we encoded a measure; a lawyer's attestation
// ([Attestations]) says that it is encoded rightly. The embedded catalogue is
// attested by nobody. [DemonstrationAttestations] is marked as made for
// demonstration and can never cover an unverified measure.
//
// # What lets a measure travel
//
// [Catalogue.Resolve] includes a measure only if all of this holds; the first
// that fails names the exclusion:
//
//   - the ground carries its mode: consumption on a served order only, exit and
//     assist on the court's request only, grant on an entry on a list that
//     rewards only, criminal never, all others on a listing only;
//   - the list itself has a footing that day ([Catalogue.Footing]);
//   - it is valid on the day, and its status is in-force or moved;
//   - it reaches the listed subject itself; measures on applicants' directors or
//     on units led by a listed person are answers to a status check;
//   - it cites a sufficient basis: law, regulation, judicial interpretation with
//     its article, or policy document of the Party's centre or the State Council
//     with the measure's own number in it. A departmental document, or a basis
//     without its article, does not suffice alone, but is cited beside one that
//     does. The reason is 国办发〔2020〕49号: other documents may not reduce rights
//     or add duties;
//   - its item stands on the basic-list edition of the day (assist rests on
//     procedure law alone and needs none, nor does what a list that rewards
//     brings). An edition without end stands until a
//     successor begins; between an edition's end and the next nothing stands;
//   - it is not unverified, unless a real lawyer attested it;
//   - where attestation is required: the measure, a sufficient basis and the
//     basic-list edition are all attested.
//
// A sole trader (个体工商户) is reached only where a measure says so; our
// catalogue says so where the measure reaches natural persons and units alike,
// so that nothing turns on which of the two a sole trader is.
//
// Territory, too, is our own choice, made where the sources are silent: see
// [Territory].
package memoranda
