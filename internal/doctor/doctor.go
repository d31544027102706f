package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"concordat/enforcement/register"
	"concordat/internal/calendar"
	"concordat/internal/i18n"
	"concordat/internal/pg"
	"concordat/internal/vault"
	"concordat/memoranda"
	"concordat/memoranda/day"
)

// Config names the installation and says what it is measured by.
type Config struct {
	// Data is the folder of the keys and of the private PostgreSQL.
	Data string
	// DatabaseURL names a PostgreSQL; empty means the private one in Data, which is
	// looked for and never started.
	DatabaseURL string
	// Attestations is the file that a release before this one took lawyers' statements from,
	// and this one does not; empty: none is named.
	Attestations string
	// Connections is the size of the pool that the programme will use; 0 means 16.
	Connections int32
	// Machine is machine time, Legal legal time.
	Machine, Legal func() time.Time
	// FreeBytes is how much must be free where the data lie; 0 means 1 GiB.
	FreeBytes uint64
	// FreePercent is how much of that disk should be free, in hundredths; 0 means
	// 15. A third of it is too little.
	FreePercent uint64
	// Silence is how long the holder of a lane may say nothing; 0 means 30 s.
	Silence time.Duration
}

// Verdict is how a check came out.
type Verdict string

// The verdicts. Unexamined is for a check whose ground another one found missing.
const (
	OK         Verdict = "ok"
	Warn       Verdict = "warn"
	Fault      Verdict = "fault"
	Unexamined Verdict = "not-examined"
)

// Finding is one thing that is not as it should be.
type Finding struct {
	Code    string  `json:"code"`
	Verdict Verdict `json:"verdict"`
	// Detail is technical, for whoever acts: settings, slugs, counts, paths.
	Detail string `json:"detail,omitempty"`
	// What is the matter, what subjects suffer, what to do, by language.
	What   map[i18n.Language]string `json:"what"`
	Suffer map[i18n.Language]string `json:"suffer"`
	Do     map[i18n.Language]string `json:"do"`
}

// Check is one check as it came out.
type Check struct {
	Name    string  `json:"name"`
	Verdict Verdict `json:"verdict"`
	// Seen is what was looked at, in technical words.
	Seen     string    `json:"seen,omitempty"`
	Findings []Finding `json:"findings,omitempty"`
}

// Report is all that was examined, in order.
type Report struct {
	At     time.Time `json:"at"`
	Checks []Check   `json:"checks"`
}

// Healthy reports whether no check found a fault.
func (r Report) Healthy() bool {
	for _, c := range r.Checks {
		if c.Verdict == Fault {
			return false
		}
	}
	return true
}

// timeout bounds each check: an installation in distress answers late.
const timeout = 15 * time.Second

// examination is what the checks share.
type examination struct {
	Config

	today  day.Day
	db     *pg.DB       // nil: not reached
	schema bool         // the schema is this programme's, or newer
	vault  *vault.Vault // nil: not opened

	catalogue *memoranda.Catalogue // nil: not needed yet
	offices   *register.Offices    // nil: not needed yet
}

// need is what a check cannot be made without.
type need int

const (
	nothing  need = 0
	database need = 1 << iota
	schema
	keys
)

type examiner struct {
	name  string
	needs need
	run   func(*examination, context.Context) (seen string, found []Finding, err error)
}

// examiners is every check, in the order in which they are made and shown. The
// first ones give the later ones their ground.
func examiners() []examiner {
	return []examiner{
		{"database", nothing, (*examination).reachDatabase},
		{"settings", database, (*examination).settings},
		{"clock", database, (*examination).clock},
		{"schema", database, (*examination).schemaVersion},
		{"disk", nothing, (*examination).disk},
		{"keys", nothing, (*examination).openKeys},
		{"sealed", database | schema | keys, (*examination).sealed},
		{"calendar", nothing, (*examination).years},
		{"attestations", database | schema, (*examination).attestations},
		{"editions", database | schema, (*examination).editions},
		{"adoptions", database | schema, (*examination).adoptions},
		{"attested", database | schema, (*examination).attested},
		{"demonstration", database | schema, (*examination).demonstration},
		{"tokens", database | schema, (*examination).tokens},
		{"changes", database | schema, (*examination).changes},
		{"queue", database, (*examination).queue},
		{"jobs", database, (*examination).jobs},
		{"endpoints", database | schema, (*examination).endpoints},
		{"secrets", database | schema | keys, (*examination).secrets},
		{"papers", database | schema, (*examination).papers},
		{"withdrawals", database | schema, (*examination).withdrawals},
		{"lanes", database | schema, (*examination).lanes},
		{"attempts", database | schema, (*examination).attempts},
		{"incidents", database | schema, (*examination).incidents},
		{"holds", database | schema, (*examination).holds},
	}
}

// Examine makes every check. It changes nothing, and fails never: what cannot be
// examined is said in the report.
func Examine(ctx context.Context, c Config) Report {
	e := &examination{Config: c, today: calendar.DayOf(c.Legal())}
	report := Report{At: c.Machine().UTC()}
	defer func() {
		if e.db != nil {
			_ = e.db.Close() // nothing was written
		}
	}()
	for _, x := range examiners() {
		report.Checks = append(report.Checks, e.check(ctx, x))
	}
	return report
}

func (e *examination) check(ctx context.Context, x examiner) Check {
	c := Check{Name: x.name, Verdict: OK}
	if (x.needs&database != 0 && e.db == nil) || (x.needs&schema != 0 && !e.schema) || (x.needs&keys != 0 && e.vault == nil) {
		c.Verdict = Unexamined
		return c
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	seen, found, err := x.run(e, ctx)
	if err != nil {
		found = append(found, fault("doctor.unreadable", "%v", err))
	}
	c.Seen = seen
	for _, f := range found {
		c.Findings = append(c.Findings, f.told())
		if f.Verdict == Fault || c.Verdict == OK {
			c.Verdict = f.Verdict
		}
	}
	return c
}

func fault(code, detail string, args ...any) Finding {
	return Finding{Code: code, Verdict: Fault, Detail: fmt.Sprintf(detail, args...)}
}

func warn(code, detail string, args ...any) Finding {
	return Finding{Code: code, Verdict: Warn, Detail: fmt.Sprintf(detail, args...)}
}

// told adds the words.
func (f Finding) told() Finding {
	f.What, f.Suffer, f.Do = map[i18n.Language]string{}, map[i18n.Language]string{}, map[i18n.Language]string{}
	for _, lang := range i18n.Languages() {
		f.What[lang] = i18n.Words(lang, f.Code, nil)
		f.Suffer[lang] = i18n.Words(lang, f.Code+".suffer", nil)
		f.Do[lang] = i18n.Words(lang, f.Code+".do", nil)
	}
	return f
}

var errNoCluster = errors.New("no private PostgreSQL runs in the data folder")
