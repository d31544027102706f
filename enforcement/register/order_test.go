package register_test

import (
	"slices"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/ground"
	"concordat/enforcement/listing"
	"concordat/enforcement/order"
	"concordat/enforcement/paper"
	"concordat/enforcement/party"
)

// C1 and C2: on what an order rests, whom it may name, and what it says.
func TestAnOrderRestsOnSomething(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	debtor, unit, head := b.Subject(b.Person()), b.Subject(b.Company()), b.Subject(b.Person())
	child := b.Subject(untold(b))
	rewrite(t, b, child, func(i *party.Identity) { i.Birth = born(b.Day()) })
	listed := b.Published(debtor)
	l := state(t, b, listed)
	other := b.Published(b.Subject(b.Company()))
	draft := func(change func(*order.NewOrder)) error {
		n := order.NewOrder{Case: b.Case(), Subject: debtor, Duty: order.Payment}
		change(&n)
		_, err := b.Orders.Draft(ctx, b.Clerk(), n)
		return err
	}
	for what, try := range map[string]struct {
		change func(*order.NewOrder)
		code   string
	}{
		"a minor":                         {func(n *order.NewOrder) { n.Subject = child }, "listing.minor"},
		"no payment, no listing":          {func(n *order.NewOrder) { n.Duty = order.Act }, "order.duty"},
		"no duty":                         {func(n *order.NewOrder) { n.Duty = "" }, "order.duty"},
		"another's listing":               {func(n *order.NewOrder) { n.Case, n.Listing = l.Case, other }, "order.listing"},
		"a listing of another case":       {func(n *order.NewOrder) { n.Listing = listed }, "order.listing"},
		"a role of the debtor":            {func(n *order.NewOrder) { n.Role = order.Principal }, "order.role"},
		"a unit's person without a role":  {func(n *order.NewOrder) { n.Subject, n.Debtor = head, unit }, "order.role"},
		"a role that nobody knows":        {func(n *order.NewOrder) { n.Subject, n.Debtor, n.Role = head, unit, "shareholder" }, "order.role"},
		"a person's person":               {func(n *order.NewOrder) { n.Subject, n.Debtor, n.Role = head, debtor, order.Controller }, "order.role"},
		"a unit as the person of another": {func(n *order.NewOrder) { n.Subject, n.Debtor, n.Role = b.Subject(b.Company()), unit, order.Controller }, "order.role"},
	} {
		err := draft(try.change)
		wantCode(t, what, err, try.code)
	}
	_, err := b.Orders.Draft(ctx, b.As(enforcement.Clerk, b.OtherCourt), order.NewOrder{Case: l.Case, Subject: debtor, Duty: order.Payment})
	wantCode(t, "another court's case", err, "not-found")

	id := b.DraftOrder(debtor)
	wantCode(t, "without the notice", b.Orders.Propose(ctx, b.Judge(), of(id), b.OrderDecision()), "order.notice")
	running := b.Notice().ExecutionNotice
	running.ServedOn = b.Day()
	must(t, b.Orders.Notice(ctx, b.Clerk(), of(id), running))
	wantCode(t, "while the period runs", b.Orders.Propose(ctx, b.Judge(), of(id), b.OrderDecision()), "performance.running")
	id = b.NoticedOrder(debtor)
	for what, try := range map[string]struct {
		change func(*order.Decision)
		code   string
	}{
		"no reasons":                   {func(d *order.Decision) { d.Reasons = "。。。。。。。。。。。。" }, "decision.reasons"},
		"no number":                    {func(d *order.Decision) { d.Number = "1" }, "decision.number"},
		"no items":                     {func(d *order.Decision) { d.Items = nil }, "order.items"},
		"an item nobody knows":         {func(d *order.Decision) { d.Items = []string{"bicycles"} }, "order.items"},
		"others without words":         {func(d *order.Decision) { d.Items = []string{order.OtherItem} }, "order.items"},
		"words without others":         {func(d *order.Decision) { d.OtherItems = "演示:高额美容" }, "order.items"},
		"no consequences":              {func(d *order.Decision) { d.Consequences = " " }, "order.consequences"},
		"no factors":                   {func(d *order.Decision) { d.Factors = nil }, "order.factors"},
		"a factor nobody knows":        {func(d *order.Decision) { d.Factors = []string{"a low score"} }, "order.factors"},
		"nothing of the ability":       {func(d *order.Decision) { d.Ability = "" }, "order.factors"},
		"a period that ends today":     {func(d *order.Decision) { d.ValidUntil = b.Day() }, "order.period"},
		"nobody asked":                 {func(d *order.Decision) { d.AppliedOn, d.Application = 0, paper.Given{} }, "decision.own-motion"},
		"an application without paper": {func(d *order.Decision) { d.Application = paper.Given{} }, "paper.missing"},
		"an application to come":       {func(d *order.Decision) { d.AppliedOn = b.Day().AddDays(1) }, "application.date"},
		"four months of grace":         {func(d *order.Decision) { d.GraceMonths = 4 }, "decision.grace"},
		"no text":                      {func(d *order.Decision) { d.Paper = paper.Given{} }, "paper.missing"},
	} {
		d := b.OrderDecision()
		try.change(&d)
		wantCode(t, what, b.Orders.Propose(ctx, b.Judge(), of(id), d), try.code)
	}
	must(t, b.Orders.Propose(ctx, b.Judge(), of(id), b.OrderDecision()))
	own := b.President()
	own.Actor.ID = b.Judge().Actor.ID
	wantCode(t, "signed by who proposed", b.Orders.Sign(ctx, own, of(id)), "signature.second-person")
	wantCode(t, "signed by a judge", b.Orders.Sign(ctx, b.Judge(), of(id)), "decision.signer")
	must(t, b.Orders.Sign(ctx, b.President(), of(id)))
	person := value(b.Orders.Draft(ctx, b.Clerk(), order.NewOrder{Case: b.Case(), Subject: head, Debtor: unit, Role: order.LegalRepresentative, Duty: order.Payment}))(t)
	must(t, b.Orders.Notice(ctx, enforcetest.Before(b.Clerk()), of(person), b.Notice().ExecutionNotice))
	unproved := b.OrderDecision()
	unproved.Role = paper.Given{}
	wantCode(t, "a role without proof", b.Orders.Propose(ctx, b.Judge(), of(person), unproved), "paper.missing")
	must(t, b.Orders.Propose(ctx, b.Judge(), of(person), b.OrderDecision()))
	act := value(b.Orders.Draft(ctx, b.Clerk(), order.NewOrder{Case: l.Case, Subject: debtor, Duty: order.Act, Listing: listed}))(t)
	must(t, b.Orders.Propose(ctx, b.Judge(), of(act), b.OrderDecision()))
	_, err = b.Orders.Draft(ctx, b.Clerk(), order.NewOrder{Case: l.Case, Subject: debtor, Duty: order.Payment})
	wantCode(t, "a second one", err, "order.exists")
}

// C3 and C4: it holds for nobody who was not served, nor within its grace; the day has it hold.
func TestAnOrderHoldsFromItsDay(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	d := b.OrderDecision()
	d.GraceMonths = 1
	graced, plain := b.SignedOrder(b.Subject(b.Person()), d), b.SignedOrder(b.Subject(b.Person()), b.OrderDecision())
	wantCode(t, "unserved", b.Orders.Issue(ctx, b.Clerk(), of(plain)), "service.missing")
	before := b.OrderService()
	before.On = b.Day().AddDays(-1)
	wantCode(t, "served before it was decided", b.Orders.Serve(ctx, b.Clerk(), of(plain), before), "service.date")
	short := b.OrderService()
	short.Enclosures = short.Enclosures[1:]
	wantCode(t, "without the reasons", b.Orders.Serve(ctx, b.Clerk(), of(plain), short), "service.enclosures")
	for _, id := range []enforcement.ID{graced, plain} {
		must(t, b.Orders.Serve(ctx, b.Clerk(), of(id), b.OrderService()))
	}
	wantCode(t, "in its grace", b.Orders.Issue(ctx, b.Clerk(), of(graced)), "grace.running")
	_, published, refused, err := b.Daily(ctx, b.System(), nil)
	must(t, err)
	if published != 1 || len(refused) != 0 || ordered(t, b, plain).State != ground.Active || ordered(t, b, graced).State != "grace" {
		t.Errorf("the day had %d hold, %v", published, refused)
	}
	list := directives(t, b, plain)
	if len(list) == 0 || len(directives(t, b, graced)) != 0 {
		t.Errorf("%d directives, %d in grace", len(list), len(directives(t, b, graced)))
	}
	for _, one := range list {
		if one.GroundKind != "order" {
			t.Errorf("%+v", one)
		}
	}
	b.AdvanceTo(ordered(t, b, graced).GraceUntil.AddDays(1))
	_, published, _, err = b.Daily(ctx, b.System(), nil)
	must(t, err)
	if published != 1 || ordered(t, b, graced).State != ground.Active {
		t.Errorf("after its grace %d hold", published)
	}
	wantAudit(t, b)
}

// Invariant 2: nobody under 18, on the day of the draft, of the signature, of the issue, nor
// when a corrected birth day shows it later.
func TestInvariant02_NoOrderNamesAMinor(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	young := func(id enforcement.ID) {
		rewrite(t, b, ordered(t, b, id).Subject, func(i *party.Identity) { i.Birth = born(b.Day()) })
	}
	proposed := b.ProposedOrder(b.Subject(untold(b)), b.OrderDecision())
	young(proposed)
	wantCode(t, "signed against a minor", b.Orders.Sign(ctx, b.President(), of(proposed)), "listing.minor")
	served := b.SignedOrder(b.Subject(untold(b)), b.OrderDecision())
	must(t, b.Orders.Serve(ctx, b.Clerk(), of(served), b.OrderService()))
	young(served)
	wantCode(t, "issued against a minor", b.Orders.Issue(ctx, b.Clerk(), of(served)), "listing.minor")
	live := b.Ordered(b.Subject(untold(b)))
	young(live)
	_, _, _, err := b.Daily(ctx, b.System(), nil)
	must(t, err)
	if o := ordered(t, b, live); o.SuspendedFor != ground.SuspectedMinor {
		t.Errorf("an order against a minor: %+v", o)
	}
	second := b.President()
	second.Actor.ID += "-2"
	wantCode(t, "given back", b.Orders.Resume(ctx, second, of(live), enforcetest.Resumption()), "listing.minor")
	wantAudit(t, b)
}

// Invariant 14: who is listed also has an order, and the court's task to make one closes by it.
func TestAnOrderClosesTheTaskOfItsListing(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Published(b.Subject(b.Person()))
	asked := func() bool {
		return b.Count(`SELECT count(*) FROM task WHERE ground_id = $1 AND kind = $2 AND closed_on IS NULL`, id, listing.TaskConsumptionOrder) > 0
	}
	if !asked() {
		t.Fatal("no order is asked for")
	}
	l := state(t, b, id)
	made := value(b.Orders.Draft(ctx, b.Clerk(), order.NewOrder{Case: l.Case, Subject: l.Subject, Duty: order.Payment, Listing: id}))(t)
	must(t, b.Orders.Propose(ctx, b.Judge(), of(made), b.OrderDecision()))
	must(t, b.Orders.Sign(ctx, b.President(), of(made)))
	must(t, b.Orders.Serve(ctx, b.Clerk(), of(made), b.OrderService()))
	if !asked() {
		t.Error("the task closed before an order held")
	}
	must(t, b.Orders.Issue(ctx, b.Clerk(), of(made)))
	if asked() {
		t.Error("the task is open beside an order")
	}
}

// C12: the end of a listing asks to lift the order or to keep it; it is kept once, by somebody
// else, with reasons and a ground of its own, and never after performance or revocation.
func TestAListingsEndAsksOfItsOrder(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	on := func(duty order.Duty, conducts ...listing.Conduct) (id, listed enforcement.ID) {
		listed = b.Published(b.Subject(b.Person()), conducts...)
		l := state(t, b, listed)
		id = value(b.Orders.Draft(ctx, b.Clerk(), order.NewOrder{Case: l.Case, Subject: l.Subject, Duty: duty, Listing: listed}))(t)
		must(t, b.Orders.Propose(ctx, b.Judge(), of(id), b.OrderDecision()))
		must(t, b.Orders.Sign(ctx, b.President(), of(id)))
		must(t, b.Orders.Serve(ctx, b.Clerk(), of(id), b.OrderService()))
		must(t, b.Orders.Issue(ctx, b.Clerk(), of(id)))
		return id, listed
	}
	keeps := order.Keeping{Reasons: "演示:给付义务仍未履行,另有依据", Paper: enforcetest.Paper("演示保留意见")}
	keep := func(id enforcement.ID) error { return b.Orders.Keep(ctx, b.Judge(), of(id), keeps) }
	id, listed := on(order.Payment, listing.EvadesBySham)
	wantCode(t, "while the listing stands", keep(id), "order.keep")
	must(t, b.Listings.DeleteEarly(ctx, b.Judge(), of(listed), b.Ending(0)))
	if !slices.Contains(openTasks(t, b, id), order.TaskLiftOrKeep) {
		t.Fatalf("tasks: %v", openTasks(t, b, id))
	}
	if c := clockOf(t, b, id, "order-lift-or-keep"); c.Organisation != b.Court || c.Value != 3 {
		t.Errorf("clock %+v", c)
	}
	drafter := b.Judge()
	drafter.Actor.ID = b.Clerk().Actor.ID
	wantCode(t, "by who drafted it", b.Orders.Keep(ctx, drafter, of(id), keeps), "order.keep-second-person")
	wantCode(t, "without a paper", b.Orders.Keep(ctx, b.Judge(), of(id), order.Keeping{Reasons: keeps.Reasons}), "paper.missing")
	wantCode(t, "without reasons", b.Orders.Keep(ctx, b.Judge(), of(id), order.Keeping{Reasons: "。", Paper: keeps.Paper}), "decision.reasons")
	must(t, keep(id))
	if slices.Contains(openTasks(t, b, id), order.TaskLiftOrKeep) || ordered(t, b, id).State != ground.Active || ordered(t, b, id).KeptOn != b.Day() {
		t.Errorf("kept: %+v, %v", ordered(t, b, id), openTasks(t, b, id))
	}
	wantCode(t, "twice", keep(id), "order.keep")

	act, ofAct := on(order.Act, listing.EvadesBySham)
	must(t, b.Listings.DeleteEarly(ctx, b.Judge(), of(ofAct), b.Ending(0)))
	wantCode(t, "without a ground of its own", keep(act), "order.duty")
	revoked, ofRevoked := on(order.Payment)
	must(t, b.Listings.Revoke(ctx, b.Judge(), of(ofRevoked), b.Ending(0)))
	wantCode(t, "after a revocation", keep(revoked), "order.keep")
	done, ofDone := on(order.Payment)
	must(t, b.Listings.Delete(ctx, b.Judge(), of(ofDone), b.Ending(1)))
	wantCode(t, "after performance", keep(done), "listing.performed")
	if tasks := openTasks(t, b, done); !slices.Contains(tasks, ground.TaskOrderPerformed) || !slices.Contains(tasks, order.TaskLiftOrKeep) {
		t.Errorf("after performance: %v", tasks)
	}
	ended, ofEnded := on(order.Payment)
	must(t, b.Listings.Delete(ctx, b.Judge(), of(ofEnded), b.Ending(7)))
	wantCode(t, "after the execution was terminated", keep(ended), "order.keep")
	must(t, b.Orders.Lift(ctx, b.Judge(), of(done), b.Lifting(order.CausePerformed)))
	if tasks := openTasks(t, b, done); len(tasks) != 0 {
		t.Errorf("after the lifting: %v", tasks)
	}
	wantAudit(t, b)
}

// C5, C10 and C11, invariants 27 and 54: whoever was told of an order, by notice or by
// announcement, is told of its end in the same form, and so is every recipient; the task is
// open until the last of them.
func TestALiftingReachesWhoeverWasTold(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Ordered(b.Subject(b.Person()))
	told := func(change func(*order.NewTold)) (enforcement.ID, error) {
		n := order.NewTold{Form: order.AssistNotice, Recipient: "演示航空公司", On: b.Day(), Paper: enforcetest.Paper("演示协助执行通知书及回执")}
		change(&n)
		return b.Orders.Tell(ctx, b.Clerk(), id, n)
	}
	for what, try := range map[string]struct {
		change func(*order.NewTold)
		code   string
	}{
		"nobody":              {func(n *order.NewTold) { n.Recipient = " " }, "order.told"},
		"in no form":          {func(n *order.NewTold) { n.Form = "gossip" }, "order.told"},
		"tomorrow":            {func(n *order.NewTold) { n.On = b.Day().AddDays(1) }, "order.told-on"},
		"before it held":      {func(n *order.NewTold) { n.On = b.Day().AddDays(-1) }, "order.told-on"},
		"without a paper":     {func(n *order.NewTold) { n.Paper = paper.Given{} }, "paper.missing"},
		"without the advance": {func(n *order.NewTold) { n.Form, n.AskedByCreditor = order.Announcement, true }, "order.cost"},
	} {
		_, err := told(try.change)
		wantCode(t, what, err, try.code)
	}
	first := value(told(func(*order.NewTold) {}))(t)
	second := value(told(func(n *order.NewTold) {
		n.Form, n.Recipient, n.AskedByCreditor, n.Advanced = order.Announcement, "演示晚报", true, true
	}))(t)
	b.SendAll(directive.Acknowledged)
	wantCode(t, "of an end that is none", b.Orders.TellLifting(ctx, b.Clerk(), id, first, b.Day(), paper.Given{}), "order.told-on")
	must(t, b.Orders.Lift(ctx, b.Judge(), of(id), b.Lifting(order.CausePerformed)))
	for _, d := range directives(t, b, id) {
		if d.Kind != directive.Withdraw {
			t.Errorf("a recipient is told %s", d.Kind)
		}
	}
	if !slices.Contains(openTasks(t, b, id), order.TaskTellLifting) {
		t.Fatalf("tasks: %v", openTasks(t, b, id))
	}
	must(t, b.Orders.TellLifting(ctx, b.Clerk(), id, first, b.Day(), paper.Given{}))
	wantCode(t, "twice", b.Orders.TellLifting(ctx, b.Clerk(), id, first, b.Day(), paper.Given{}), "not-found")
	wantCode(t, "by another court", b.Orders.TellLifting(ctx, b.As(enforcement.Clerk, b.OtherCourt), id, second, b.Day(), paper.Given{}), "not-found")
	if !slices.Contains(openTasks(t, b, id), order.TaskTellLifting) {
		t.Error("the task closed while somebody is to be told")
	}
	must(t, b.Orders.TellLifting(ctx, b.Clerk(), id, second, b.Day(), enforcetest.Paper("演示解除公告")))
	if slices.Contains(openTasks(t, b, id), order.TaskTellLifting) {
		t.Error("everybody was told, and the task is open")
	}
	for _, n := range value(b.Orders.ToldOf(ctx, b.Judge(), id))(t) {
		if n.LiftedOn != b.Day() {
			t.Errorf("%+v", n)
		}
	}
	schemaRefuses(t, b, "order_notice_final", `UPDATE order_notice SET recipient = '演示' WHERE order_id = $1`, id)
	schemaRefuses(t, b, "order_notice_final", `UPDATE order_notice SET lifted_on = NULL, lifted_by = NULL WHERE order_id = $1`, id)
	wantAudit(t, b)
}

// Performance is a task of every order of the case, the unit's people's too, and lets none go
// forward; C9 to C11 end for their causes, a period ends by itself.
func TestPerformanceAndPeriodsEndOrders(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	unit, head := b.Subject(b.Company()), b.Subject(b.Person())
	listed := b.Published(unit)
	l := state(t, b, listed)
	made := map[enforcement.ID]enforcement.ID{}
	for subject, n := range map[enforcement.ID]order.NewOrder{
		unit: {Case: l.Case, Subject: unit, Duty: order.Payment, Listing: listed},
		head: {Case: l.Case, Subject: head, Debtor: unit, Role: order.Controller, Duty: order.Payment, Listing: listed},
	} {
		id := value(b.Orders.Draft(ctx, b.Clerk(), n))(t)
		must(t, b.Orders.Propose(ctx, b.Judge(), of(id), b.OrderDecision()))
		must(t, b.Orders.Sign(ctx, b.President(), of(id)))
		must(t, b.Orders.Serve(ctx, b.Clerk(), of(id), b.OrderService()))
		must(t, b.Orders.Issue(ctx, b.Clerk(), of(id)))
		made[subject] = id
	}
	must(t, justError(b.Listings.OpenExclusion(ctx, b.Clerk(), listed, enforcetest.Fact(listing.Performed, b.Day()))))
	for _, id := range made {
		if !slices.Contains(openTasks(t, b, id), ground.TaskOrderPerformed) {
			t.Errorf("performed: %v", openTasks(t, b, id))
		}
	}
	_, err := b.Orders.Draft(ctx, b.Clerk(), order.NewOrder{Case: l.Case, Subject: b.Subject(b.Person()), Debtor: unit, Role: order.Principal, Duty: order.Payment})
	wantCode(t, "another person of who performed", err, "listing.performed")
	for _, cause := range order.Causes() {
		id := b.Ordered(b.Subject(b.Person()))
		must(t, b.Orders.Lift(ctx, b.Judge(), of(id), order.Ending{Cause: cause, EventOn: b.Day(), Reasons: "。"}))
		if o := ordered(t, b, id); o.State != order.Lifted || o.EndCause != cause {
			t.Errorf("%s: %+v", cause, o)
		}
		owed(t, b, cause, id, "end")
	}
	wantCode(t, "for no cause", b.Orders.Lift(ctx, b.Judge(), of(made[unit]), order.Ending{EventOn: b.Day(), Reasons: "演示"}), "end.cause")
	d := b.OrderDecision()
	d.ValidUntil = b.Day().AddDays(10)
	short := b.SignedOrder(b.Subject(b.Person()), d)
	must(t, b.Orders.Serve(ctx, b.Clerk(), of(short), b.OrderService()))
	must(t, b.Orders.Issue(ctx, b.Clerk(), of(short)))
	b.AdvanceTo(d.ValidUntil)
	must(t, justDaily(b.Daily(ctx, b.System(), nil)))
	if ordered(t, b, short).State != ground.Active {
		t.Error("ended on its last day")
	}
	b.Advance(1)
	must(t, justDaily(b.Daily(ctx, b.System(), nil)))
	if o := ordered(t, b, short); o.State != ground.Expired {
		t.Errorf("a period is over: %+v", o)
	}
	wantAudit(t, b)
}

func justDaily(_, _ int, _ []ground.NotMoved, err error) error { return err }

// C13: a report of a breach is sealed, a task with a clock, and no act by itself.
func TestABreachIsExamined(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	ctx := t.Context()
	id := b.Ordered(b.Subject(b.Person()))
	wantCode(t, "before it held", b.Orders.ReportBreach(ctx, b.Clerk(), of(id), order.Breach{On: b.Day().AddDays(-1), Text: "演示:乘坐飞机"}), "order.breach")
	wantCode(t, "nothing said", b.Orders.ReportBreach(ctx, b.Clerk(), of(id), order.Breach{On: b.Day(), Text: "…"}), "order.breach")
	must(t, b.Orders.ReportBreach(ctx, b.Clerk(), of(id), order.Breach{On: b.Day(), Text: "演示:乘坐飞机头等舱"}))
	if !slices.Contains(openTasks(t, b, id), ground.TaskOrderBreach) || ordered(t, b, id).State != ground.Active {
		t.Errorf("%v", openTasks(t, b, id))
	}
	if texts := value(b.Orders.Texts(ctx, b.Judge(), id))(t); len(texts.Breaches) != 1 || texts.Breaches[0].Text != "演示:乘坐飞机头等舱" || texts.Reasons != b.OrderDecision().Reasons {
		t.Errorf("texts: %+v", texts)
	}
	var task enforcement.ID
	must(t, b.DB.Pool.QueryRow(ctx, `SELECT id FROM task WHERE ground_id = $1 AND kind = $2`, id, ground.TaskOrderBreach).Scan(&task))
	drafter := b.President()
	drafter.Actor.ID = b.Clerk().Actor.ID
	wantCode(t, "examined by who drafted the order", b.Listings.CloseTask(ctx, drafter, task, "examined", "演示:经核实系公务安排,不构成违反", paper.Given{}), "exclusion.second-person")
	wantCode(t, "without reasons", b.Listings.CloseTask(ctx, b.President(), task, "examined", "", paper.Given{}), "exclusion.reasons")
	must(t, b.Listings.CloseTask(ctx, b.President(), task, "examined", "演示:经核实系公务安排,不构成违反", paper.Given{}))
	if slices.Contains(openTasks(t, b, id), ground.TaskOrderBreach) {
		t.Error("it was examined, and the task is open")
	}
	_, err := b.Orders.Texts(ctx, b.As(enforcement.Overseer, 0), id)
	wantCode(t, "an overseer reads no texts", err, "role.forbidden")
}

// The schema holds what the program holds.
func TestTheSchemaHoldsAnOrder(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	live, drafted := b.Ordered(b.Subject(b.Person())), b.DraftOrder(b.Subject(b.Person()))
	for constraint, set := range map[string]string{
		"order_duty":                   `duty = 'act'`,
		"order_role":                   `role = 'controller'`,
		"order_noticed_first":          `perform_until = decided_on`,
		"order_asked":                  `application_paper = NULL`,
		"order_items":                  `items = '{}'`,
		"order_signed":                 `consequences = NULL`,
		"order_signed_by_another":      `signed_by = drafted_by`,
		"order_term":                   `valid_until = decided_on`,
		"order_when_served":            `served_on = decided_on - 1`,
		"order_served_before_in_force": `served_on = published_on + 1`,
		"order_in_force_state":         `published_on = NULL`,
		"order_kept":                   `kept_on = decided_on`,
		"order_suspension":             `suspended_for = 'a mood', suspended_on = decided_on`,
		"order_rules_final":            `rules = 0`,
		"order_papers_final":           `decision_paper = NULL`,
		"order_papers_fit":             `application_paper = decision_paper`,
	} {
		schemaRefuses(t, b, constraint, `UPDATE consumption_order SET `+set+` WHERE id = $1`, live)
	}
	schemaRefuses(t, b, "order_decided_state", `UPDATE consumption_order SET state = 'decided' WHERE id = $1`, drafted)
	must(t, b.Orders.Lift(t.Context(), b.Judge(), of(live), b.Lifting(order.CausePerformed)))
	schemaRefuses(t, b, "order_end_is_final", `UPDATE consumption_order SET state = 'active', ended_on = NULL WHERE id = $1`, live)
}
