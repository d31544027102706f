package api

import (
	"context"
	"net/http"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/restore"
)

// InventoryPage is a part of what an organisation holds.
type InventoryPage struct {
	Repeatable

	Body struct {
		After enforcement.ID  `json:"after,omitzero" doc:"Last directive of the page before; left out on the first"`
		Lines []InventoryLine `json:"lines" nullable:"false" maxItems:"1000" doc:"Everything held with ids above after, in the order of ids, withdrawn ones too"`
		Last  bool            `json:"last" doc:"Nothing is held above the last line"`
	}
}

// InventoryLine is what is held of one directive.
type InventoryLine struct {
	Directive enforcement.ID `json:"directive"`
	Version   int16          `json:"version" minimum:"1" maximum:"32767" doc:"The newest version held"`
	Withdrawn bool           `json:"withdrawn,omitempty"`
	Carries   bool           `json:"carries,omitempty" doc:"Measures are in force under it"`
}

// InventoryStatement says that nothing newer came.
type InventoryStatement struct {
	Repeatable

	Body struct {
		Statement string `json:"statement" maxLength:"20000" doc:"That nothing newer came than the record shows; only its keyed hash is kept"`
	}
}

// OneReconciliation answers with where an organisation stands.
type OneReconciliation struct {
	Body restore.Reconciliation
}

// ReconciliationList answers with where every organisation stands.
type ReconciliationList struct {
	Body struct {
		Items []restore.Reconciliation `json:"items" nullable:"false"`
	}
}

func reconciliationRoutes(s *server) {
	own := operations{s}
	reviewer := []enforcement.Role{enforcement.DepartmentReviewer}
	add(s, operation{
		method: http.MethodGet, path: "/v1/reconciliation", id: "list-reconciliations", tag: tagOperations,
		roles: []enforcement.Role{enforcement.Operator, enforcement.Overseer, enforcement.DepartmentReviewer},
		zh:    "数据恢复后的核对进度（部门仅见本单位）", en: "After a restore: how far each organisation is reconciled; a department sees its own",
	}, own.reconciliations)
	add(s, operation{
		method: http.MethodPost, path: "/v1/reconciliation", id: "reconcile", tag: tagOperations, roles: reviewer,
		zh: "提交本单位所持任务清单的一页", en: "Hand in a page of what my organisation holds",
	}, own.reconcile)
	add(s, operation{
		method: http.MethodPost, path: "/v1/reconciliation/statement", id: "reconcile-by-statement", tag: tagOperations, roles: reviewer,
		zh: "说明此后未收到新任务", en: "State that nothing newer came to my organisation",
	}, own.reconcileStated)
}

func (s operations) reconciliations(ctx context.Context, act enforcement.Act, _ *struct{}) (*ReconciliationList, error) {
	list, err := s.Register.Restorer.Reconciliations(ctx)
	if err != nil {
		return nil, err
	}
	var out ReconciliationList
	out.Body.Items = make([]restore.Reconciliation, 0, len(list))
	for _, c := range list {
		if act.Actor.Role != enforcement.DepartmentReviewer || c.Organisation == act.Actor.Organisation {
			out.Body.Items = append(out.Body.Items, c)
		}
	}
	return &out, nil
}

func (s operations) reconcile(ctx context.Context, act enforcement.Act, in *InventoryPage) (*OneReconciliation, error) {
	lines := make([]directive.InventoryLine, 0, len(in.Body.Lines))
	for _, l := range in.Body.Lines {
		lines = append(lines, directive.InventoryLine(l))
	}
	c, err := s.Register.Restorer.ReconcilePage(ctx, act, restore.InventoryPage{After: in.Body.After, Lines: lines, Last: in.Body.Last, Manner: restore.ReconciledFile})
	if err != nil {
		return nil, err
	}
	return &OneReconciliation{Body: c}, nil
}

func (s operations) reconcileStated(ctx context.Context, act enforcement.Act, in *InventoryStatement) (*OneReconciliation, error) {
	c, err := s.Register.Restorer.ReconcileStated(ctx, act, 0, in.Body.Statement)
	if err != nil {
		return nil, err
	}
	return &OneReconciliation{Body: c}, nil
}
