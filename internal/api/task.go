package api

import (
	"context"
	"net/http"
	"slices"

	"concordat/enforcement"
	"concordat/enforcement/docket"
	"concordat/internal/i18n"
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

// TaskPage is a page of the tasks, of one kind where it is named.
type TaskPage struct {
	Page

	Kind string `query:"kind" maxLength:"64" doc:"Only of this kind, as identity-doubtful; all if left out"`
}

// TaskView is a task, in words.
type TaskView struct {
	docket.Task

	ZH string `json:"zh"`
	EN string `json:"en"`
}

func taskView(t docket.Task) TaskView {
	if purpose, ok := docket.DuePaper(t.Kind); ok {
		return TaskView{t, "补交文书：" + i18n.Value(i18n.Chinese, "purpose", purpose), "a paper is owed: " + i18n.Value(i18n.English, "purpose", purpose)}
	}
	return TaskView{t, i18n.Value(i18n.Chinese, "task", t.Kind), i18n.Value(i18n.English, "task", t.Kind)}
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

func (s *server) tasks(ctx context.Context, act enforcement.Act, in *TaskPage) (*List[TaskView], error) {
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	var kinds []string
	if in.Kind != "" {
		kinds = []string{in.Kind}
	}
	list, err := s.Register.Docket.Tasks(ctx, act, after, in.Limit+1, kinds...)
	if err != nil {
		return nil, err
	}
	views := make([]TaskView, len(list))
	for i, t := range list {
		views[i] = taskView(t)
	}
	return listed(views, in.Limit, func(t TaskView) enforcement.ID { return t.ID }), nil
}

func (s *server) closeTask(ctx context.Context, act enforcement.Act, in *TaskClosing) (*Done, error) {
	return nil, s.Register.Listings.CloseTask(ctx, act, in.ID, in.Body.Reason, in.Body.Reasons, in.Body.given())
}
