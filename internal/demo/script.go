package demo

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/internal/calendar"
	"concordat/memoranda/day"
)

// The year that is played: every day of it lies under a loaded calendar.
var (
	firstDay = day.Of(2025, time.September, 1)
	lastDay  = day.Of(2026, time.August, 31)
	// recovery is when the receivers that fail are mended: three weeks before
	// the end, so that at the end nobody is excepted.
	recovery = day.Of(2026, time.August, 10)
	// lastEnd is the last day on which the courts end a listing: a Tuesday.
	lastEnd = day.Of(2026, time.August, 18)
)

const fortnight = 14 // days

// MinListings is the least the year can be played with: at least one of every fate.
const MinListings = 40

// fate is how one listing of the year goes.
type fate string

const (
	fateStays         fate = "stays"
	fateDeleted       fate = "deleted"
	fateEarlyDeleted  fate = "early-deleted"
	fateExpired       fate = "expired"
	fateRevoked       fate = "revoked"
	fateGrace         fate = "grace"
	fateAnnouncement  fate = "announcement"
	fateCorrected     fate = "corrected"
	fateExtended      fate = "extended"
	fateSuspended     fate = "suspended"      // and resumed
	fateStillStayed   fate = "still-stayed"   // suspended to the year's end
	fateBraked        fate = "braked"         // a wrong person: stopped at once, then revoked
	fateOvertaken     fate = "overtaken"      // ended on the day of its publication
	fatePerformed     fate = "performed"      // within the grace period: nothing is published
	fateRefused       fate = "refused"        // the creditor's application
	fateMinor         fate = "minor"          // no draft comes into being
	fateExcluded      fate = "excluded"       // security was given (Art. 3)
	fateUnderway      fate = "underway"       // the announcement still runs at the end
	fateGraceUnderway fate = "grace-underway" // the grace period still runs at the end
)

// share says how many of a thousand listings have a fate and in which weeks of
// the year they are drafted. What is left of the thousand stays in force.
type share struct {
	fate        fate
	perMille    int
	first, last int
	published   bool
}

var shares = []share{
	{fateDeleted, 120, 0, 40, true},
	{fateEarlyDeleted, 40, 0, 40, true},
	{fateExpired, 40, 0, 18, true},
	{fateRevoked, 20, 0, 42, true},
	{fateGrace, 40, 0, 32, true},
	{fateAnnouncement, 40, 0, 40, true},
	{fateCorrected, 10, 0, 40, true},
	{fateExtended, 5, 0, 30, true},
	{fateSuspended, 2, 4, 30, true},
	{fateStillStayed, 1, 30, 36, true},
	{fateBraked, 1, 8, 20, true},
	{fateOvertaken, 4, 2, 40, true},
	{fatePerformed, 8, 0, 40, false},
	{fateRefused, 8, 0, 46, false},
	{fateMinor, 5, 0, 46, false},
	{fateExcluded, 5, 0, 46, false},
	{fateUnderway, 5, 48, 50, false},
	{fateGraceUnderway, 5, 40, 46, false},
}

// withTerm are the grounds of Art. 1 on which a listing has a term.
var withTerm = []listing.Conduct{
	listing.ObstructsByForce, listing.EvadesBySham, listing.BreachesReporting, listing.BreachesOrder, listing.RefusesSettlement,
}

// gathered is how many weeks lie between two rounds of announcements.
const gathered = 4

// lastWeek is the last week in which a listing that stays is drafted.
const lastWeek = 46

// life is one listing of the year: what is decided beforehand, and what the
// record gave it while it was played.
type life struct {
	n        int
	fate     fate
	week     int
	court    int // place among the courts
	who      int // number of the made subject; two lives may share one
	conducts []listing.Conduct
	term     int // months, 0 for none
	grace    int // months
	manner   string
	item     int // of Art. 10, of those deleted

	subject enforcement.ID
	caseID  enforcement.ID
	listing enforcement.ID
}

// task is one thing to be done with one listing.
type task struct {
	life *life
	verb verb
}

// script is the whole year, decided before it begins. The same listings, seed
// and calendar give the same script.
type script struct {
	lives []*life
	days  map[day.Day][]task
	// planned counts the lives of each fate.
	planned  map[fate]int
	calendar *calendar.Calendar
}

// write plans a year of n listings.
func write(n int, seed uint64, days *calendar.Calendar) (*script, error) {
	if n < MinListings {
		return nil, fmt.Errorf("plan a year of %d listings: at least %d are needed", n, MinListings)
	}
	random := rand.New(rand.NewPCG(seed, 0x64656d6f))
	s := &script{days: map[day.Day][]task{}, planned: map[fate]int{}, calendar: days}
	for _, sh := range shares {
		for i := range max(1, n*sh.perMille/1000) {
			week := sh.first + random.IntN(sh.last-sh.first+1)
			if sh.fate == fateGrace || sh.fate == fateAnnouncement {
				week -= week % gathered // gathered, as a court would that announces once a month
			}
			s.lives = append(s.lives, &life{fate: sh.fate, week: week})
			s.planned[sh.fate]++
			if len(s.lives) > n {
				return nil, fmt.Errorf("plan a year of %d listings: %d of %s are too many", n, i+1, sh.fate)
			}
		}
	}
	for i := len(s.lives); i < n; i++ {
		s.lives = append(s.lives, &life{fate: fateStays, week: random.IntN(lastWeek + 1)})
		s.planned[fateStays]++
	}
	slices.SortStableFunc(s.lives, func(a, b *life) int { return cmp.Compare(a.week, b.week) })
	for i, l := range s.lives {
		l.n = i
		s.dress(l, random)
		s.schedule(l, random)
	}
	return s, nil
}

// willPublish says how many listings of the script are published by the end.
func (s *script) willPublish() int {
	n := s.planned[fateStays]
	for _, sh := range shares {
		if sh.published {
			n += s.planned[sh.fate]
		}
	}
	return n
}

// dress decides what a listing is about.
func (s *script) dress(l *life, random *rand.Rand) {
	l.court = random.IntN(13)
	l.who = l.n
	// Every fiftieth is a second listing of the debtor before, by another court:
	// at the organisations both must stand until both have ended.
	// Not one whose name is corrected: under another name he would be another.
	if l.n%50 == 49 && l.fate != fateMinor && s.lives[l.n-1].fate != fateMinor && s.lives[l.n-1].fate != fateCorrected {
		l.who, l.court = s.lives[l.n-1].who, (s.lives[l.n-1].court+1)%13
	}
	l.manner = []string{ground.ServedDirectly, ground.ServedByMail, ground.ServedElectronically, ground.ServedByLeaving}[random.IntN(4)]
	l.conducts = []listing.Conduct{listing.AbleButRefuses}
	fixed := random.IntN(3) == 0
	switch l.fate {
	case fateDeleted:
		fixed = false
		l.item = 1 + random.IntN(7)
	case fateExcluded:
		fixed = false
	case fateEarlyDeleted, fateExpired, fateExtended:
		fixed = true
	case fateGrace:
		l.grace = 1 + random.IntN(3)
	case fatePerformed, fateGraceUnderway:
		l.grace = 3
	case fateAnnouncement, fateUnderway:
		l.manner = ground.ServedByAnnouncement
	case fateStays, fateRevoked, fateCorrected, fateSuspended, fateStillStayed, fateBraked, fateOvertaken, fateRefused, fateMinor:
	}
	if fixed {
		l.conducts = []listing.Conduct{withTerm[random.IntN(len(withTerm))]}
		l.term = 24
		if l.fate == fateExpired {
			l.term = 4 + random.IntN(3)
		}
	}
}

// performDays is how long the made execution notices give to perform.
const performDays = 3

// schedule puts a listing's tasks on their days.
func (s *script) schedule(l *life, random *rand.Rand) {
	monday := firstDay.AddDays(7 * l.week)
	drafted := s.working(monday)
	if l.fate == fateMinor {
		s.on(drafted, l, verbDraftMinor)
		return
	}
	s.on(drafted, l, verbDraft, verbWarn)
	applied := s.working(monday.AddDays(1))
	if l.fate == fateRefused {
		s.on(applied, l, verbApply)
		s.on(s.working(applied.AddDays(7)), l, verbRefuseApplication)
		return
	}
	if random.IntN(2) == 0 {
		s.on(applied, l, verbApply)
	}
	// The period for performance is over before it is decided.
	decided := s.working(s.calendar.AddCalendarDays(drafted, performDays).Day.AddDays(1))
	if l.fate == fateExcluded {
		s.on(decided, l, verbPropose, verbSecurityGiven, verbSignExcluded, verbAbandonExcluded)
		return
	}
	s.on(decided, l, verbPropose, verbSign)
	served := s.working(decided.AddDays(1))
	s.on(served, l, verbServe)
	// On the day after service, announcement and grace the daily round publishes.
	effective := served
	if l.manner == ground.ServedByAnnouncement {
		effective = s.calendar.AddCalendarDays(served, 30).Day
	}
	published := effective.AddDays(1)
	if l.grace > 0 {
		published = s.calendar.Add(effective, calendar.Period{Value: l.grace, Unit: calendar.Months, Source: "法发〔2019〕35号 item 15"}).Day.AddDays(1)
	}
	s.scheduleEnd(l, served, published, random)
}

func (s *script) scheduleEnd(l *life, served, published day.Day, random *rand.Rand) {
	switch l.fate {
	case fatePerformed:
		s.on(s.working(served.AddDays(20)), l, verbAbandonPerformed)
	case fateDeleted:
		end := s.tuesday(published, random)
		if l.item == 4 {
			s.on(end.AddDays(-5), l, verbSearch)
			s.on(end, l, verbSearch)
		}
		s.on(end, l, verbDelete)
	case fateEarlyDeleted:
		s.on(s.tuesday(published, random), l, verbDeleteEarly)
	case fateRevoked:
		s.on(s.tuesday(published, random), l, verbRevoke)
	case fateCorrected:
		found := s.tuesday(published, random)
		s.on(found, l, verbFindInaccurate)
		s.on(s.calendar.AddWorkingDays(found, 1).Day, l, verbCorrect)
	case fateExtended:
		s.on(s.tuesday(published, random), l, verbExtend)
	case fateSuspended:
		stay := s.working(published.AddDays(14 + random.IntN(28)))
		if l.term > 0 {
			s.on(stay, l, verbStay)
		} else { // what is stayed without a term does not come back
			s.on(stay, l, verbBrake)
		}
		s.on(s.working(stay.AddDays(21)), l, verbResume)
	case fateStillStayed:
		s.on(s.tuesday(published, random), l, verbStay)
	case fateBraked:
		claim := s.tuesday(published, random)
		s.on(claim, l, verbBrake)
		s.on(s.calendar.AddWorkingDays(claim, 2).Day, l, verbRevoke)
	case fateOvertaken:
		s.on(s.working(published), l, verbRevoke)
	case fateStays, fateExpired, fateGrace, fateAnnouncement, fateRefused, fateMinor, fateExcluded, fateUnderway, fateGraceUnderway:
	}
}

func (s *script) on(d day.Day, l *life, verbs ...verb) {
	for _, v := range verbs {
		s.days[d] = append(s.days[d], task{l, v})
	}
}

// working returns the day itself or the next working day.
func (s *script) working(d day.Day) day.Day {
	for {
		if working, _ := s.calendar.IsWorkingDay(d); working {
			return d
		}
		d = d.AddDays(1)
	}
}

// tuesday draws a second Tuesday (or the working day after it) at least a week
// after publication and not after the last day of ends: the courts end on one day
// of a fortnight.
func (s *script) tuesday(published day.Day, random *rand.Rand) day.Day {
	first := published.AddDays(7)
	for int(lastEnd-first)%fortnight != 0 {
		first = first.AddDays(1)
	}
	times := max(0, int(lastEnd-first)/fortnight)
	return s.working(first.AddDays(fortnight * random.IntN(times+1)))
}
