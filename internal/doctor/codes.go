package doctor

// findingCodes lists what can be found.
var findingCodes = []string{
	"doctor.unreadable",
	"doctor.database.down", "doctor.database.version", "doctor.database.standby", "doctor.database.read-only", "doctor.database.pooler",
	"doctor.settings.fsync", "doctor.settings.synchronous-commit", "doctor.settings.full-page-writes", "doctor.settings.checksums",
	"doctor.settings.connections", "doctor.settings.autovacuum",
	"doctor.clock.skew",
	"doctor.schema.behind", "doctor.schema.ahead",
	"doctor.disk.full", "doctor.disk.low", "doctor.disk.folder",
	"doctor.keys.missing", "doctor.keys.open-to-others", "doctor.keys.damaged", "doctor.keys.demo", "doctor.keys.rotating",
	"doctor.sealed.unknown", "doctor.sealed.older",
	"doctor.calendar.none", "doctor.calendar.provisional",
	"doctor.attestations.absent", "doctor.attestations.waiting", "doctor.attestations.file",
	"doctor.editions.unknown", "doctor.adoptions.open", "doctor.attested.lost",
	"doctor.demonstration.tokens", "doctor.tokens.expiring", "doctor.tokens.endless", "doctor.tokens.asleep",
	"doctor.queue.migration", "doctor.queue.leader", "doctor.queue.paused",
	"doctor.jobs.waiting", "doctor.jobs.stuck", "doctor.jobs.discarded",
	"doctor.endpoints.gone", "doctor.endpoints.paused", "doctor.endpoints.breaker", "doctor.endpoints.inbox",
	"doctor.secrets.unopenable",
	"doctor.papers.incomplete", "doctor.papers.months",
	"doctor.withdrawals.overdue", "doctor.withdrawals.kept",
	"doctor.lanes.express", "doctor.lanes.bulk", "doctor.lanes.locked",
	"doctor.attempts.open",
	"doctor.incidents.open",
	"doctor.holds.standing",
}

// Codes lists every code that needs words: for each finding what is the matter,
// who bears it, and what to do.
func Codes() []string {
	codes := make([]string, 0, 3*len(findingCodes))
	for _, code := range findingCodes {
		codes = append(codes, code, code+".suffer", code+".do")
	}
	return codes
}
