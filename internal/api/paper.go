package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/internal/edge"
	"concordat/memoranda/day"
)

const (
	formType = "multipart/form-data"
	// maxForm bounds what is said of a paper before it in a form, in bytes.
	maxForm = 4 << 10
)

// NewPaper is a paper for the file. Its body is not read before the handler runs: the paper
// itself, or a form of purpose, day, title and then the paper. In the address stand no
// words: whoever keeps addresses learns nothing.
type NewPaper struct {
	Path
	Repeatable

	Purpose     paper.Purpose `query:"purpose" doc:"What it proves; in a form it may be a field"`
	Day         string        `query:"day" format:"date" doc:"The day it bears; today if left out"`
	ContentType string        `header:"Content-Type" doc:"multipart/form-data, or anything else for the paper alone: its type is told by its content"`
	form        string
	file        io.ReadCloser
}

// Resolve gets hold of the body.
func (n *NewPaper) Resolve(ctx huma.Context) []error {
	n.file = bodyOf(ctx)
	if kind, params, err := mime.ParseMediaType(n.ContentType); err == nil && kind == formType {
		n.form = params["boundary"]
	}
	return nil
}

// bodyOf is the body of a request, read as long as something keeps coming.
func bodyOf(ctx huma.Context) io.ReadCloser {
	r, w := humachi.Unwrap(ctx)
	return &steady{from: ctx.BodyReader(), control: http.NewResponseController(w), ctx: r.Context()}
}

// PaperPath names a paper of a case.
type PaperPath struct {
	Path

	Paper enforcement.ID `path:"paper" doc:"Id of the paper"`
}

// PaperLink has a paper of the same owner serve a further case.
type PaperLink struct {
	Path
	Repeatable

	Body struct {
		Paper   enforcement.ID `json:"paper"`
		Purpose paper.Purpose  `json:"purpose"`
	}
}

// PaperReference is a recording that stays where it lies (CPL 89).
type PaperReference struct {
	Path
	Repeatable

	Body struct {
		Purpose paper.Purpose `json:"purpose"`
		Title   string        `json:"title,omitempty" maxLength:"200"`
		Day     day.Day       `json:"day,omitzero"`
		Place   string        `json:"place" maxLength:"500" doc:"Where it lies, in words"`
		SHA256  string        `json:"sha256" pattern:"^[0-9A-Fa-f]{64}$"`
		Type    paper.Type    `json:"type" enum:"video/mp4,audio/wav,audio/mpeg"`
	}
}

// PaperView is a paper of a case, without its content.
type PaperView struct {
	ID        enforcement.ID `json:"id"`
	Purpose   paper.Purpose  `json:"purpose"`
	Type      paper.Type     `json:"type" doc:"Media type, by its content"`
	Size      int64          `json:"size" doc:"Bytes; 0 for what lies elsewhere"`
	Day       day.Day        `json:"day"`
	Title     string         `json:"title,omitempty" doc:"For the owner's people"`
	SHA256    string         `json:"sha256,omitempty" doc:"Of the content, for the owner's people"`
	BroughtBy string         `json:"brought_by"`
	Name      string         `json:"name,omitempty" doc:"In the list of papers: whose number that was on the day, if it was entered"`
	Post      string         `json:"post,omitempty" doc:"The post on that day"`
	BroughtAt time.Time      `json:"brought_at"`
	KeepUntil day.Day        `json:"keep_until,omitzero" doc:"Kept until this day at least; absent while the case has not ended"`
	Place     string         `json:"place,omitempty" doc:"Where a recording lies that is only referred to"`
	Elsewhere bool           `json:"elsewhere,omitempty" doc:"It is a recording that is only referred to"`
	Erased    bool           `json:"erased,omitempty" doc:"Its key was destroyed: nobody can read it"`
}

func paperView(o paper.Opened) PaperView {
	return PaperView{
		ID: o.ID, Purpose: o.Purpose, Type: o.Type, Size: o.Size, Day: o.Day, Title: o.Title, SHA256: o.SHA256, BroughtBy: o.UsedBy, Name: o.Name, Post: o.Post, BroughtAt: o.UsedAt,
		KeepUntil: o.KeepUntil, Place: o.Reference.Place, Elsewhere: o.Elsewhere, Erased: o.Erased,
	}
}

// BroughtPaper is the answer to a paper that was brought.
type BroughtPaper struct {
	Location string `header:"Location"`
	Body     PaperView
}

// PaperItems are the papers of a case.
type PaperItems struct{ Body Items[PaperView] }

// addPapers registers the papers of every kind of case. holder reads the case for who asks:
// what that person may not read is not found.
func addPapers[C any](s *server, k *kind[C], life *ground.Life[C]) {
	holder := func(ctx context.Context, act enforcement.Act, id enforcement.ID) (paper.Holder, error) {
		c, err := life.Read(ctx, act, id)
		if err != nil {
			return paper.Holder{}, err
		}
		h := life.Head(&c)
		return paper.Holder{Ground: h.ID, Subject: h.Subject, Owner: h.Owner, Envelope: h.Envelope}, nil
	}
	path, name, people := k.table.Collection+"/{id}/papers", k.table.Collection[len("/v1/"):], k.table.People
	add(s, operation{
		method: http.MethodPost, path: path, id: "bring-paper-" + name, tag: tagPapers, roles: people, status: http.StatusCreated, personal: true, bodyNotHashed: true,
		zh: "向案卷提交文书", en: "Bring a paper to the file",
	}, func(ctx context.Context, act enforcement.Act, in *NewPaper) (*BroughtPaper, error) {
		return s.bringPaper(ctx, act, in, k.table, holder)
	})
	s.binaryBody(path)
	add(s, operation{
		method: http.MethodPost, path: path + "/link", id: "link-paper-" + name, tag: tagPapers, roles: people, status: http.StatusCreated, personal: true,
		zh: "将本单位已有的文书归入本案", en: "Have a paper of the same owner serve this case too",
	}, func(ctx context.Context, act enforcement.Act, in *PaperLink) (*BroughtPaper, error) {
		h, err := holder(ctx, act, in.ID)
		if err != nil {
			return nil, err
		}
		one, err := s.Register.Papers.Link(ctx, act, h, in.Body.Purpose, in.Body.Paper)
		return s.broughtPaper(k.table, h, one, err)
	})
	add(s, operation{
		method: http.MethodPost, path: path + "/reference", id: "refer-paper-" + name, tag: tagPapers, roles: people, status: http.StatusCreated, personal: true,
		zh: "登记存放在他处的录音录像及其校验值", en: "Refer to a recording that stays where it lies, with its hash",
	}, func(ctx context.Context, act enforcement.Act, in *PaperReference) (*BroughtPaper, error) {
		h, err := holder(ctx, act, in.ID)
		if err != nil {
			return nil, err
		}
		b := in.Body
		one, err := s.Register.Papers.Refer(ctx, act, h, paper.New{Purpose: b.Purpose, Title: b.Title, Day: b.Day}, paper.Reference{Place: b.Place, SHA256: b.SHA256, Type: b.Type})
		return s.broughtPaper(k.table, h, one, err)
	})
	add(s, operation{
		method: http.MethodGet, path: path, id: "list-papers-" + name, tag: tagPapers, roles: append(slices.Clone(people), enforcement.Overseer),
		zh: "卷内文书目录", en: "List the papers of the file",
	}, func(ctx context.Context, act enforcement.Act, in *Path) (*PaperItems, error) {
		h, err := holder(ctx, act, in.ID)
		if err != nil {
			return nil, err
		}
		list, err := s.Register.Papers.List(ctx, act, h)
		out := PaperItems{Body: Items[PaperView]{Items: make([]PaperView, 0, len(list))}}
		for _, one := range list {
			out.Body.Items = append(out.Body.Items, paperView(one))
		}
		return &out, err
	})
	add(s, operation{
		method: http.MethodGet, path: path + "/{paper}", id: "read-paper-" + name, tag: tagPapers, roles: people,
		zh: "读取文书内容；每次读取均有记录", en: "Read a paper; every reading is logged",
	}, func(ctx context.Context, act enforcement.Act, in *PaperPath) (*huma.StreamResponse, error) {
		h, err := holder(ctx, act, in.ID)
		if err != nil {
			return nil, err
		}
		return s.readPaper(ctx, act, h, in.Paper)
	})
}

// binaryBody describes a body that is a file.
func (s *server) binaryBody(path string) {
	binary := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	s.api.OpenAPI().Paths[path].Post.RequestBody = &huma.RequestBody{
		Required: true, Description: "The file, or a form of which it is the last field. 文件本身，或者以文件为最后一栏的表单。",
		Content: map[string]*huma.MediaType{uploadType: binary, formType: {Schema: &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{
			"purpose": {Type: huma.TypeString}, "day": {Type: huma.TypeString, Format: "date"}, "title": {Type: huma.TypeString}, "file": binary.Schema,
		}}}},
	}
}

func (s *server) bringPaper(
	ctx context.Context, act enforcement.Act, in *NewPaper, table *ground.Table, holder func(context.Context, enforcement.Act, enforcement.ID) (paper.Holder, error),
) (*BroughtPaper, error) {
	defer func() { _ = in.file.Close() }()
	h, err := holder(ctx, act, in.ID)
	if err != nil {
		return nil, err
	}
	n, on := paper.New{Purpose: in.Purpose}, in.Day
	body := io.Reader(http.MaxBytesReader(nil, in.file, paper.MaxRecording+maxBody))
	if in.form != "" {
		var part *multipart.Part
		if part, err = form(multipart.NewReader(body, in.form), &n, &on); err != nil {
			return nil, paperProblem(err)
		}
		body = part
	}
	if on != "" {
		if n.Day, err = day.Parse(on); err != nil {
			return nil, enforcement.Refuse("paper.day")
		}
	}
	one, err := s.Register.Papers.Bring(ctx, act, h, n, body)
	return s.broughtPaper(table, h, one, paperProblem(err))
}

// form reads what is said of a paper up to the file, which comes last.
func form(parts *multipart.Reader, n *paper.New, on *string) (*multipart.Part, error) {
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, enforcement.Refuse("paper.empty")
		}
		if err != nil {
			return nil, errors.Join(paper.ErrBroken, err)
		}
		if part.FormName() == "file" {
			return part, nil
		}
		text, err := io.ReadAll(io.LimitReader(part, maxForm))
		if err != nil {
			return nil, errors.Join(paper.ErrBroken, err)
		}
		switch part.FormName() {
		case "purpose":
			n.Purpose = paper.Purpose(text)
		case "title":
			n.Title = string(text)
		case "day":
			*on = string(text)
		default:
			return nil, refuse(edge.FieldUnknown)
		}
	}
}

// paperProblem says why a paper did not arrive.
func paperProblem(err error) error {
	switch {
	case err == nil || !errors.Is(err, paper.ErrBroken):
		return err
	case errors.Is(err, os.ErrDeadlineExceeded):
		return refuse(edge.CodeBodyTimeout)
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return enforcement.Refuse("paper.size", "megabytes", strconv.Itoa(paper.MaxRecording>>20))
	}
	return refuse(edge.CodeUploadBroken)
}

// broughtPaper answers with a paper as its owner's people see it.
func (s *server) broughtPaper(table *ground.Table, h paper.Holder, one paper.Paper, err error) (*BroughtPaper, error) {
	if err != nil {
		return nil, err
	}
	opened, err := s.Register.Papers.Opened(h, one)
	if err != nil {
		return nil, err
	}
	return &BroughtPaper{Location: table.Collection + "/" + h.Ground.String() + "/papers/" + one.ID.String(), Body: paperView(opened)}, nil
}

// readPaper hands a paper of a case out.
func (s *server) readPaper(ctx context.Context, act enforcement.Act, h paper.Holder, id enforcement.ID) (*huma.StreamResponse, error) {
	content, err := s.Register.Papers.Open(ctx, act, h, id)
	if err != nil {
		return nil, err
	}
	return s.handOut(content), nil
}

// handOut hands a paper out, as a file to be kept and never as a page. An answer that
// cannot be ended well is broken off, so that nobody takes a part for the whole.
func (s *server) handOut(content *paper.Content) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		r, w := humachi.Unwrap(ctx)
		ctx.SetHeader("Content-Type", string(content.Type))
		ctx.SetHeader("Content-Length", strconv.FormatInt(content.Size, 10))
		ctx.SetHeader("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": content.ID.String() + extension(content.Type)}))
		out := &steadyWriter{to: ctx.BodyWriter(), control: http.NewResponseController(w), ctx: r.Context()}
		defer out.close()
		if _, err := content.WriteTo(out); err != nil {
			s.Log.Error().Str("reference", edge.VisitOf(r.Context()).Reference).Err(err).Msg("paper not handed out whole")
			panic(http.ErrAbortHandler)
		}
	}}
}

// extension is what names of files of a type end with.
func extension(kind paper.Type) string {
	return map[paper.Type]string{
		paper.PDF: ".pdf", paper.JPEG: ".jpg", paper.PNG: ".png", paper.OFD: ".ofd", paper.Text: ".txt", paper.MP4: ".mp4", paper.WAV: ".wav", paper.MP3: ".mp3",
	}[kind]
}

// steadyWriter writes as long as somebody keeps taking: a large paper on a slow line takes
// longer than the server gives an ordinary answer.
type steadyWriter struct {
	to         io.Writer
	control    *http.ResponseController
	ctx        context.Context //nolint:containedctx // the request's, which gets more time as something goes
	impatience *time.Timer
}

// Write is io.Writer.
func (s *steadyWriter) Write(p []byte) (int, error) {
	if s.impatience == nil {
		_ = s.control.SetWriteDeadline(time.Time{}) // a server that cannot keeps those it has
		s.impatience = time.AfterFunc(uploadPause, func() { _ = s.control.SetWriteDeadline(time.Unix(1, 0)) })
	}
	s.impatience.Reset(uploadPause)
	edge.MoreTime(s.ctx, 2*uploadPause)
	return s.to.Write(p) //nolint:wrapcheck // the writer's own error is what counts
}

func (s *steadyWriter) close() {
	if s.impatience != nil {
		s.impatience.Stop()
	}
}
