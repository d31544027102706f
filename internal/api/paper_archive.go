package api

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"concordat/enforcement"
	"concordat/enforcement/paper"
	"concordat/internal/edge"
	"concordat/internal/i18n"
)

// NewPapers is an archive of papers with its sheet. Its body is not read before the handler
// runs.
type NewPapers struct {
	Repeatable

	ContentType string `header:"Content-Type" doc:"application/octet-stream or application/zip"`
	file        io.ReadCloser
}

// Resolve gets hold of the body.
func (n *NewPapers) Resolve(ctx huma.Context) []error {
	n.file = bodyOf(ctx)
	return nil
}

// FiledPaper is what became of a line of the sheet.
type FiledPaper struct {
	Line  int            `json:"line"`
	Paper enforcement.ID `json:"paper"`
	Case  enforcement.ID `json:"case"`
}

// FiledPapers are the papers that an archive brought.
type FiledPapers struct{ Body Items[FiledPaper] }

func paperRoutes(s *server) {
	add(s, operation{
		method: http.MethodPost, path: "/v1/papers", id: "bring-papers", tag: tagPapers, roles: paper.Bringers, status: http.StatusCreated, bodyNotHashed: true,
		zh: "批量提交文书：压缩包内附清单 papers.csv，写明每个文件归入哪些案件；有一处错误则全部不收",
		en: "Bring many papers at once: an archive whose sheet papers.csv says which file serves which cases; where anything is wrong nothing is taken",
	}, s.bringPapers)
	s.api.OpenAPI().Paths["/v1/papers"].Post.RequestBody = &huma.RequestBody{
		Required: true, Description: "A ZIP with papers.csv in UTF-8 or GB18030: file 文件, case_number 案号 (and number 证件号码, where it has several subjects) or case 案件编号 (id of the listing), purpose 用途 (its code), title 名称, day 日期; 2,000 lines at most. 压缩包及清单。",
		Content: map[string]*huma.MediaType{uploadType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
	}
}

func (s *server) bringPapers(ctx context.Context, act enforcement.Act, in *NewPapers) (*FiledPapers, error) {
	defer func() { _ = in.file.Close() }()
	filed, wrong, err := s.Register.Papers.Archive(ctx, act, http.MaxBytesReader(nil, in.file, paper.MaxArchive+1))
	if err != nil {
		return nil, paperProblem(err)
	}
	if len(wrong) > 0 {
		p := s.door.Problem(ctx, enforcement.Refuse("paper.sheet"))
		for _, m := range wrong {
			p.Errors = append(p.Errors, edge.FieldProblem{
				Location: "line " + strconv.Itoa(m.Line) + "." + m.Field, Code: m.Code,
				DetailZH: i18n.Words(i18n.Chinese, m.Code, m.Args), DetailEN: i18n.Words(i18n.English, m.Code, m.Args),
			})
		}
		return nil, p
	}
	out := FiledPapers{Body: Items[FiledPaper]{Items: make([]FiledPaper, 0, len(filed))}}
	for _, f := range filed {
		out.Body.Items = append(out.Body.Items, FiledPaper{Line: f.Line, Paper: f.Paper, Case: f.Ground})
	}
	return &out, nil
}
