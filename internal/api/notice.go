package api

import (
	"context"
	"net/http"

	"concordat/enforcement"
	"concordat/enforcement/change"
)

// NoticesQuery asks for notices.
type NoticesQuery struct {
	All bool `query:"all" doc:"Also those that were read, newest first, a hundred at most"`
}

// NoticeList answers with notices.
type NoticeList struct {
	Body struct {
		Items []change.Notice `json:"items" nullable:"false"`
	}
}

// NoticeRead says that one was read.
type NoticeRead struct {
	Path
	Repeatable
}

func noticeRoutes(s *server) {
	add(s, operation{
		method: http.MethodGet, path: "/v1/inbox/notices", id: "list-notices", tag: tagDirectives, roles: ofDepartment,
		zh: "本单位送达方式变更的告知", en: "List what my organisation was told of changes of how it is reached",
	}, s.notices)
	add(s, operation{
		method: http.MethodPost, path: "/v1/inbox/notices/{id}/read", id: "read-notice", tag: tagDirectives, roles: ofDepartment,
		zh: "注明告知已阅", en: "Say that a notice was read",
	}, s.readNotice)
}

func (s *server) notices(ctx context.Context, act enforcement.Act, in *NoticesQuery) (*NoticeList, error) {
	list, err := s.Register.Changes.Notices(ctx, act, in.All)
	if err != nil {
		return nil, err
	}
	var out NoticeList
	out.Body.Items = list
	return &out, nil
}

func (s *server) readNotice(ctx context.Context, act enforcement.Act, in *NoticeRead) (*Done, error) {
	return nil, s.Register.Changes.Read(ctx, act, in.ID)
}
