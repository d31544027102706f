package courtfile

import (
	"os"
	"strings"
	"testing"
)

// TestDocumentNamesEverything: the page for courts knows every column, every
// heading and every code.
func TestDocumentNamesEverything(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/import-listings.md")
	if err != nil {
		t.Fatal(err)
	}
	document := string(text)
	for _, c := range columns {
		if !strings.Contains(document, "`"+c.name+"`") {
			t.Errorf("the column %s is not documented", c.name)
		}
		for _, h := range c.headings {
			if !strings.Contains(document, h) {
				t.Errorf("the heading %s of %s is not documented", h, c.name)
			}
		}
	}
	for _, code := range Codes() {
		if !strings.Contains(document, "`"+code+"`") {
			t.Errorf("the code %s is not documented", code)
		}
	}
}
