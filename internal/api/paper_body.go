package api

import (
	"concordat/enforcement"
	"concordat/enforcement/ground"
	"concordat/enforcement/paper"
	"concordat/memoranda/day"
)

// maxPapered is how much of a request is read that may carry papers, in bytes; what is
// larger is uploaded to the file first, and named by its id.
const maxPapered = 8 << 20

// PaperBody is the paper of an act: in the request, or one of the file by its id.
type PaperBody struct {
	Document []byte         `json:"document,omitempty" doc:"The paper itself, in base64: PDF, JPEG, PNG, OFD or plain text. What is too large for a request is uploaded to the file first."`
	Paper    enforcement.ID `json:"paper,omitzero" doc:"Or one of the file by its id, brought for this purpose"`
}

func (b PaperBody) given() paper.Given { return paper.Given{ID: b.Paper, Content: b.Document} }

// ReceiptBody is what proves the day on which a notice was served.
type ReceiptBody struct {
	Receipt      []byte         `json:"receipt,omitempty" doc:"What proves that the notice was served on that day, in base64; without it times run from the day it is recorded"`
	ReceiptPaper enforcement.ID `json:"receipt_paper,omitzero"`
}

func (b ReceiptBody) receipt() paper.Given {
	return paper.Given{ID: b.ReceiptPaper, Content: b.Receipt}
}

// ServicePapers are the papers that prove a service.
type ServicePapers struct {
	PaperBody

	ConsentDocument []byte         `json:"consent_document,omitempty" doc:"Electronic service: the consent, or the proof that it was read, in base64"`
	ConsentPaper    enforcement.ID `json:"consent_paper,omitzero"`
	SearchDocument  []byte         `json:"search_document,omitempty" doc:"Service by announcement: why, and the course of the search, in base64"`
	SearchPaper     enforcement.ID `json:"search_paper,omitzero"`
}

func (b ServicePapers) consent() paper.Given {
	return paper.Given{ID: b.ConsentPaper, Content: b.ConsentDocument}
}

func (b ServicePapers) search() paper.Given {
	return paper.Given{ID: b.SearchPaper, Content: b.SearchDocument}
}

// DraftPaper is a paper that comes with a draft, as those of its facts.
type DraftPaper struct {
	Purpose  paper.Purpose `json:"purpose" maxLength:"40" doc:"What it proves, as facts-1"`
	Document []byte        `json:"document" doc:"The paper itself, in base64"`
	Title    string        `json:"title,omitempty" maxLength:"800"`
	Day      day.Day       `json:"day,omitzero" doc:"The day that it bears; today if left out"`
}

func brought(list []DraftPaper) []ground.Brought {
	papers := make([]ground.Brought, len(list))
	for i, p := range list {
		papers[i] = ground.Brought{Purpose: p.Purpose, Paper: paper.Given{Content: p.Document, Title: p.Title, Day: p.Day}}
	}
	return papers
}
