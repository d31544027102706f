package api

import (
	"context"
	"net/http"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/order"
	"concordat/memoranda/day"
)

// NewOrder is a draft against one person.
type NewOrder struct {
	Repeatable

	Body struct {
		Case    enforcement.ID `json:"case"`
		Subject enforcement.ID `json:"subject" doc:"Whom it restricts"`
		Debtor  enforcement.ID `json:"debtor,omitzero" doc:"The unit that is the debtor, where the subject is one of its people; none: the subject is the debtor"`
		Role    order.Role     `json:"role,omitempty" enum:"legal-representative,principal,responsible-person,controller" doc:"Which of the unit's people the subject is"`
		Duty    order.Duty     `json:"duty" enum:"payment,act" doc:"What the effective document obliges to; act needs a listing"`
		Listing enforcement.ID `json:"listing,omitzero" doc:"The debtor's listing in force on which it rests (Art. 1 ¶2); none: the period of the execution notice (Art. 1 ¶1)"`
		Papers  []DraftPaper   `json:"papers,omitempty" maxItems:"40" doc:"Papers that come with the draft"`
	}
}

// OrdersPage asks for a page of orders.
type OrdersPage struct {
	Page

	State ground.State `query:"state" enum:"draft,noticed,decided,served,grace,active,lifted,expired,revoked,abandoned"`
}

// OrderFile is an order with all that hangs on it.
type OrderFile struct {
	ETag string `header:"ETag"`
	Body struct {
		Order order.Order  `json:"order"`
		Texts *order.Texts `json:"texts,omitempty" doc:"The sealed texts, for the court's own people"`
		Told  []order.Told `json:"told" nullable:"false" doc:"Who was told of it by notice to assist or announcement, and of its end (Art. 6, 9)"`
		Burden
	}
}

// OrderNotice records the execution notice.
type OrderNotice struct {
	Move

	Body struct {
		ServedOn    day.Day        `json:"served_on"`
		PerformBy   day.Day        `json:"perform_by,omitzero" doc:"Last day of the period for performance that the notice states; this or perform_within_days"`
		PerformDays int            `json:"perform_within_days,omitempty" doc:"Length of the period for performance, in calendar days from service"`
		NoticeCase  enforcement.ID `json:"notice_case,omitzero" doc:"The earlier case of the chain whose notice it was; none: this case's own"`
		PaperBody
		ReceiptBody
	}
}

// OrderProposal is an order that a judge proposes.
type OrderProposal struct {
	Move

	Body struct {
		Number       string   `json:"number" maxLength:"100"`
		Reasons      string   `json:"reasons" maxLength:"20000"`
		Items        []string `json:"items" nullable:"false" maxItems:"20" enum:"transport,venues,real-estate,premises,vehicles,travel,schools,insurance,trains,other" doc:"What it bans, of Art. 3 ¶1"`
		OtherItems   string   `json:"other_items,omitempty" maxLength:"4000" doc:"The words of what else it bans"`
		Consequences string   `json:"consequences" maxLength:"4000" doc:"The consequences of a breach"`
		Factors      []string `json:"factors" nullable:"false" maxItems:"10" enum:"passive-performance,evasion,resistance" doc:"What was weighed, of Art. 2"`
		Ability      string   `json:"ability" maxLength:"4000" doc:"What is known of the ability to perform"`
		ValidUntil   day.Day  `json:"valid_until,omitzero" doc:"Last day of its period; none: until the duty is performed"`
		ReceivedOn   day.Day  `json:"received_on,omitzero" doc:"When the creditor's written application came in"`
		OwnMotion    string   `json:"own_motion_reason,omitempty" maxLength:"20000" doc:"Why it is necessary without an application"`
		GraceMonths  int      `json:"grace_months,omitempty" doc:"0, or 1 to 3"`
		PaperBody
		Application      []byte         `json:"application,omitempty" doc:"The creditor's written application, in base64"`
		ApplicationPaper enforcement.ID `json:"application_paper,omitzero"`
		RoleDocument     []byte         `json:"role_document,omitempty" doc:"What proves the role of a unit's person, in base64"`
		RolePaper        enforcement.ID `json:"role_paper,omitzero"`
	}
}

// OrderLifting ends an order whose reason is gone.
type OrderLifting struct {
	Move

	Body struct {
		Cause string `json:"cause" enum:"performed,security,creditor-consent,enforcement-terminated,enforcement-refused,basis-revoked,bankruptcy,listing-ended,role-disproved"`
		EndingBody
	}
}

// OrderBreach reports a breach.
type OrderBreach struct {
	Move

	Body struct {
		On   day.Day `json:"breached_on"`
		Text string  `json:"text" maxLength:"4000" doc:"What happened"`
	}
}

// NewTold says who was told of an order.
type NewTold struct {
	Path
	Repeatable

	Body struct {
		Form      order.Form `json:"form" enum:"assist-notice,announcement"`
		Recipient string     `json:"recipient" maxLength:"200" doc:"The organisation, or the medium"`
		Creditor  bool       `json:"asked_by_creditor,omitempty"`
		Advanced  bool       `json:"cost_advanced,omitempty" doc:"The creditor who asked for an announcement advanced its cost (Art. 7)"`
		On        day.Day    `json:"told_on"`
		PaperBody
	}
}

// ToldLifting says that somebody was told of the end.
type ToldLifting struct {
	Path
	Repeatable

	Told enforcement.ID `path:"told"`
	Body struct {
		On day.Day `json:"on"`
		PaperBody
	}
}

const ordersPath = "/v1/orders"

// orders are the consumption-restriction orders at the edge.
func (s *server) orders() *kind[order.Order] {
	return &kind[order.Order]{
		table: order.Table(), tag: tagOrders,
		read: s.Register.Orders.Get, list: s.Register.Orders.List, moves: s.Register.Orders.Moves,
		id:      func(o order.Order) enforcement.ID { return o.ID },
		version: func(o order.Order) int { return o.Version },
	}
}

func orderRoutes(s *server) {
	addPapers(s, s.orders(), &s.Register.Orders.Life)
	add(s, operation{
		method: http.MethodPost, path: ordersPath, id: "draft-order", tag: tagOrders, roles: ofDrafting, status: http.StatusCreated, papered: true,
		zh: "草拟限制消费令（每一被限制人一份）", en: "Draft a consumption-restriction order against one person",
	}, s.draftOrder)
	addAsking(s, s.orders(), s.Register.Orders.AskPapers)
	addCases(s, s.orders(), "本院的限制消费令", "List the orders of my court", func(in *OrdersPage) (ground.Wanted, error) {
		after, err := in.afterID()
		return ground.Wanted{State: in.State, After: after, Limit: in.Limit}, err
	})
	add(s, operation{
		method: http.MethodGet, path: ordersPath + "/{id}", id: "get-order", tag: tagOrders, roles: ofCourtOrOverseer,
		zh: "查看限制消费令及其协同任务、通知对象、时限和日志", en: "Read an order with its directives, whom was told of it, clocks and events",
	}, s.orderFile)
	add(s, operation{
		method: http.MethodGet, path: ordersPath + "/{id}/foresee", id: "foresee-order", tag: tagOrders, roles: ofCourtOrOverseer,
		zh: "预览今日生效将及于哪些机构和措施", en: "Foresee what it would reach if it held today, and what it would not and why",
	}, s.foreseeOrder)
	add(s, operation{
		method: http.MethodPost, path: ordersPath + "/{id}/notices", id: "tell-order", tag: tagOrders, roles: ofCourt, status: http.StatusCreated, papered: true,
		zh: "登记协助执行通知书或者公告的对象", en: "Record who was told of it by notice to assist or by announcement",
	}, s.tellOrder)
	add(s, operation{
		method: http.MethodPost, path: ordersPath + "/{id}/notices/{told}/lifting", id: "tell-order-lifting", tag: tagOrders, roles: ofCourt, papered: true, urgent: true,
		zh: "登记已以同样形式告知解除", en: "Record that they were told of its end in the same form",
	}, s.tellLifting)
	orderMoves(s)
}

func (s *server) draftOrder(ctx context.Context, act enforcement.Act, in *NewOrder) (*Created, error) {
	b := in.Body
	id, err := s.Register.Orders.Draft(ctx, act, order.NewOrder{Case: b.Case, Subject: b.Subject, Debtor: b.Debtor, Role: b.Role, Duty: b.Duty, Listing: b.Listing, Papers: brought(b.Papers)})
	if err != nil {
		return nil, err
	}
	return created(ordersPath, id), nil
}

func (s *server) orderFile(ctx context.Context, act enforcement.Act, in *Path) (*OrderFile, error) {
	var out OrderFile
	asks, told := out.Body.asks(s.Register, act, in.ID)
	o, err := s.Register.Orders.Get(ctx, act, in.ID, asks...)
	if err != nil {
		return nil, err
	}
	out.ETag, out.Body.Order = etag(o.Version), o
	if out.Body.Told, err = s.Register.Orders.ToldOf(ctx, act, in.ID); err != nil {
		return nil, err
	}
	if act.Actor.Role != enforcement.Overseer {
		texts, err := s.Register.Orders.Texts(ctx, act, in.ID)
		if err != nil {
			return nil, err
		}
		out.Body.Texts = &texts
	}
	return &out, told(ctx)
}

func (s *server) foreseeOrder(ctx context.Context, act enforcement.Act, in *Path) (*Foresight, error) {
	lines, excluded, gaps, err := s.Register.Orders.Foresee(ctx, act, in.ID)
	if err != nil {
		return nil, err
	}
	return foresight(lines, excluded, gaps), nil
}

func (s *server) tellOrder(ctx context.Context, act enforcement.Act, in *NewTold) (*Created, error) {
	b := in.Body
	id, err := s.Register.Orders.Tell(ctx, act, in.ID, order.NewTold{Form: b.Form, Recipient: b.Recipient, AskedByCreditor: b.Creditor, Advanced: b.Advanced, On: b.On, Paper: b.given()})
	if err != nil {
		return nil, err
	}
	return created(ordersPath+"/"+in.ID.String()+"/notices", id), nil
}

func (s *server) tellLifting(ctx context.Context, act enforcement.Act, in *ToldLifting) (*Done, error) {
	return &Done{}, s.Register.Orders.TellLifting(ctx, act, in.ID, in.Told, in.Body.On, in.Body.given())
}
