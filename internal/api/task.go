package api

import (
	"context"
	"net/http"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/docket"
)

// TaskClosing closes a task with its reason, or says that somebody was told.
type TaskClosing struct {
	Path
	Repeatable

	Body struct {
		Reason  string `json:"reason" enum:"assets-suffice,creditor-asks-not-to,campus-loan-student,told,examined" doc:"told: who was to be told was told; the president says so himself. examined: what somebody doubts, or bars, was looked into, by the president or the reviewer of who keeps the list, with reasons"`
		Reasons string `json:"reasons,omitempty" maxLength:"20000" doc:"With examined: what was found; at least ten letters or digits"`
		PaperBody
	}
}

func taskRoutes(s *server) {
	add(s, operation{
		method: http.MethodGet, path: "/v1/tasks", id: "list-tasks", tag: tagTasks, roles: enforcement.Roles(),
		zh: "本机构待办事项", en: "List what my organisation still has to do",
	}, s.tasks)
	add(s, operation{
		method: http.MethodPost, path: "/v1/tasks/{id}/closure", id: "close-task", tag: tagTasks, roles: slices.Concat(ofJudges, []enforcement.Role{enforcement.DepartmentReviewer}), papered: true,
		zh: "登记无须办理的理由，或者已经告知、查明", en: "Close a task with the reason why it need not be done, or because who was to be told was told, or what was doubted looked into",
	}, s.closeTask)
}

func (s *server) tasks(ctx context.Context, act enforcement.Act, in *Page) (*List[docket.Task], error) {
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	list, err := s.Register.Docket.Tasks(ctx, act, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(list, in.Limit, func(t docket.Task) enforcement.ID { return t.ID }), nil
}

func (s *server) closeTask(ctx context.Context, act enforcement.Act, in *TaskClosing) (*Done, error) {
	return nil, s.Register.Listings.CloseTask(ctx, act, in.ID, in.Body.Reason, in.Body.Reasons, in.Body.given())
}
