package explain

import (
	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/hold"
	"concordat/enforcement/party"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Explanation says why measures are, or are not, applied to a subject at one
// organisation on a day: from the decision, over the agreement and the law, to
// the organisation and the ways it ends. What is not known, or does not come into
// it, is left out. [Explanation.Sentences] says it in words.
type Explanation struct {
	// On is the day that is explained.
	On      day.Day `json:"on"`
	Subject Subject `json:"subject"`
	// Applied says whether any of the measures is in force on the day.
	Applied bool `json:"applied"`
	// Reason is why, or why not; see [Reasons].
	Reason memoranda.Reason `json:"reason"`
	// OwnRecords marks that only what concerns the one who asks was looked at.
	OwnRecords   bool          `json:"own_records"`
	Decision     *Decision     `json:"decision,omitempty"`
	ListType     *ListType     `json:"list_type,omitempty"`
	Measures     []Measure     `json:"measures"`
	Organisation *Organisation `json:"organisation,omitempty"`
	State        *State        `json:"state,omitempty"`
	End          *End          `json:"end,omitempty"`
}

// Subject names the subject. The name is given to those who may see it
// elsewhere too: the court of the decision, and overseers.
type Subject struct {
	ID   enforcement.ID        `json:"id"`
	Kind memoranda.SubjectKind `json:"kind"`
	Name string                `json:"name,omitempty"`
}

// Decision is the decision a measure rests on.
type Decision struct {
	Ground     enforcement.ID       `json:"ground"`
	Kind       memoranda.GroundKind `json:"kind"`
	Reference  string               `json:"reference"`
	CaseNumber string               `json:"case_number,omitempty"`
	OwnerZH    string               `json:"owner_zh"`
	OwnerEN    string               `json:"owner_en"`
	// NoticeServedOn is the day of the warning or of the notice before the decision,
	// WindowUntil the last day to state and defend, AnnouncedOn the day of the
	// announcement before publication.
	NoticeServedOn day.Day `json:"notice_served_on,omitzero"`
	WindowUntil    day.Day `json:"window_until,omitzero"`
	AnnouncedOn    day.Day `json:"announced_on,omitzero"`
	// Basis is the legal basis as an administrative decision cites it.
	Basis string `json:"basis,omitempty"`
	// Circumstances are why the subject was listed, as the rules name them.
	Circumstances []LegalWord `json:"circumstances"`
	// Reviews are those of a reward, for its owner and overseers.
	Reviews     []Review `json:"reviews,omitempty"`
	DecidedOn   day.Day  `json:"decided_on,omitzero"`
	ServedOn    day.Day  `json:"served_on,omitzero"`
	PublishedOn day.Day  `json:"published_on,omitzero"`
	InForceOn   day.Day  `json:"in_force_on,omitzero"`
	EndedOn     day.Day  `json:"ended_on,omitzero"`
	// State is the ground's on the day explained: pending, in-force, suspended or
	// ended.
	State string `json:"state"`
}

// Review is a review of a reward, because its subject was published on a
// list of serious dishonesty.
type Review struct {
	OpenedOn    day.Day `json:"opened_on"`
	NoticedOn   day.Day `json:"noticed_on,omitzero"`
	AnswerUntil day.Day `json:"answer_until,omitzero"`
	AnsweredOn  day.Day `json:"answered_on,omitzero"`
	// Outcome is as in [reward.Review]; empty while it is open.
	Outcome   string  `json:"outcome,omitempty"`
	DecidedOn day.Day `json:"decided_on,omitzero"`
	Basis     string  `json:"basis,omitempty"`
}

// ListType is the list the decision stands on and what carries it.
type ListType struct {
	Slug      string             `json:"slug"`
	ZH        string             `json:"zh"`
	EN        string             `json:"en"`
	Kind      memoranda.ListKind `json:"kind"`
	Authority string             `json:"authority"`
	// Footing is what the list stands on, on the day.
	Footing memoranda.Footing `json:"footing"`
	Bases   []Basis           `json:"bases"`
}

// Measure is one measure with what carries it on the day.
type Measure struct {
	Memorandum   string              `json:"memorandum"`
	MemorandumZH string              `json:"memorandum_zh"`
	MemorandumEN string              `json:"memorandum_en"`
	Number       string              `json:"number,omitempty"` // of the memorandum
	Edition      string              `json:"edition"`
	EditionFrom  day.Day             `json:"edition_from"`
	EditionUntil day.Day             `json:"edition_until,omitzero"`
	Slug         string              `json:"slug"`
	Clause       string              `json:"clause,omitempty"`
	ZH           string              `json:"zh"`
	EN           string              `json:"en"`
	Mode         memoranda.Mode      `json:"mode"`
	Territory    memoranda.Territory `json:"territory"`
	Evidence     memoranda.Evidence  `json:"evidence"`
	Applied      bool                `json:"applied"`
	Reason       memoranda.Reason    `json:"reason"`
	Bases        []Basis             `json:"bases"`
	BasicList    *BasicList          `json:"basic_list,omitempty"`
	Attested     bool                `json:"attested"`
	Attestations []Statement         `json:"attestations"`
	Bodies       []Body              `json:"bodies"`
	Report       *Report             `json:"report,omitempty"`
}

// Basis is a legal basis at its place.
type Basis struct {
	Basis   string              `json:"basis"`
	Title   string              `json:"title"`
	Kind    memoranda.BasisKind `json:"kind"`
	Article string              `json:"article,omitempty"`
	Clause  string              `json:"clause,omitempty"`
	// InForce says whether it may be cited on the day.
	InForce bool `json:"in_force"`
	// Verified says whether the article was compared with the text.
	Verified bool               `json:"verified"`
	Evidence memoranda.Evidence `json:"evidence"`
}

// BasicList is the item of the national basic list, and the edition on
// which it stands that day; no edition where it stands on none.
type BasicList struct {
	Item          string          `json:"item"`
	Title         string          `json:"title"`
	Class         memoranda.Class `json:"class"`
	TitleVerified bool            `json:"title_verified"`
	Edition       string          `json:"edition,omitempty"`
	Number        string          `json:"number,omitempty"`
}

// Statement is a statement that something is encoded rightly.
type Statement struct {
	Of            string  `json:"of"` // measure, basis or basic-list
	What          string  `json:"what"`
	Who           string  `json:"who"`
	Role          string  `json:"role"`
	When          day.Day `json:"when"`
	Source        string  `json:"source"`
	Demonstration bool    `json:"demonstration,omitempty"`
}

// Body is the body that the memorandum names, and how its role came to
// the one that holds it on the day.
type Body struct {
	Named    string     `json:"named"`
	NamedZH  string     `json:"named_zh"`
	NamedEN  string     `json:"named_en"`
	Holder   string     `json:"holder"`
	HolderZH string     `json:"holder_zh"`
	HolderEN string     `json:"holder_en"`
	Path     []Handover `json:"path,omitempty"`
	// Region is where its organisation is looked for; empty: not known.
	Region string `json:"region,omitempty"`
	// Stands says whether the organisation explained stands for it that day; where
	// no organisation is explained, whether any does.
	Stands bool `json:"stands"`
}

// Handover is a step by which the body's role came to its holder.
type Handover struct {
	memoranda.Handover

	FromZH string `json:"from_zh"`
	FromEN string `json:"from_en"`
	ToZH   string `json:"to_zh"`
	ToEN   string `json:"to_en"`
}

// Report is what the organisation said it did with the measure.
type Report struct {
	Outcome    directive.ReportOutcome `json:"outcome"`
	Reason     string                  `json:"reason,omitempty"`
	Basis      string                  `json:"basis,omitempty"`
	KeptUntil  day.Day                 `json:"kept_until,omitzero"`
	ReportedOn day.Day                 `json:"reported_on"`
	// Kept is of a measure that is kept after its withdrawal: it counts as kept, never as
	// withdrawn.
	Kept *Kept `json:"kept,omitempty"`
}

// Kept is on what the organisation keeps a measure, and what who keeps the list says of it.
type Kept struct {
	State directive.KeptState `json:"state"`
	// Number, ServedOn and Remedy are of the organisation's own decision; empty of an
	// earlier release, which did not ask for it.
	Number   string  `json:"number,omitempty"`
	ServedOn day.Day `json:"served_on,omitzero"`
	Remedy   string  `json:"remedy,omitempty"`
	NotedOn  day.Day `json:"noted_on,omitzero"`
	Reasons  string  `json:"reasons,omitempty"`
}

// Organisation carries the measures out.
type Organisation struct {
	ID     enforcement.OrganisationID `json:"id"`
	Slug   string                     `json:"slug"`
	NameZH string                     `json:"name_zh"`
	NameEN string                     `json:"name_en"`
	Kind   party.OrganisationKind     `json:"kind"`
	// Serves is the prefix of GB/T 2260 codes it serves; empty is the nation.
	Serves string `json:"serves"`
}

// State is how far the directive got. It is always the present state,
// also where a day of the past is explained.
type State struct {
	Directive  enforcement.ID        `json:"directive"`
	Version    int16                 `json:"version"`
	Kind       directive.VersionKind `json:"kind"`
	Step       directive.Step        `json:"step"`
	ValidUntil day.Day               `json:"valid_until,omitzero"`
	Holds      []hold.Hold           `json:"holds,omitempty"`
}

// End is how it ended, or what ends it and what the subject can do.
type End struct {
	EndedOn day.Day `json:"ended_on,omitzero"`
	// How is how it ended: deleted, expired, early-deleted or revoked; of a reward
	// expired, ended-by-owner, ended-after-review or ended-automatically.
	How        string      `json:"how,omitempty"`
	ValidUntil day.Day     `json:"valid_until,omitzero"`
	Ways       []LegalWord `json:"ways"`
	Remedies   []LegalWord `json:"remedies"`
}

// LegalWord is a way out or a remedy, in both languages, with its source.
type LegalWord struct {
	Code   string `json:"code"`
	ZH     string `json:"zh"`
	EN     string `json:"en"`
	Source string `json:"source"`
}
