package doctor

import (
	"fmt"
	"io"

	"concordat/internal/i18n"
)

// labels of the three texts of a finding.
var labels = map[i18n.Language][2]string{
	i18n.Chinese: {"影响：", "处理："},
	i18n.English: {"Meanwhile: ", "Do: "},
}

// Print writes a report for a terminal: a line per check, and beneath what was
// found, in both languages.
func Print(w io.Writer, r Report) error {
	for _, c := range r.Checks {
		if _, err := fmt.Fprintf(w, "%-12s  %-13s %s\n", c.Verdict, c.Name, c.Seen); err != nil {
			return fmt.Errorf("print the report: %w", err)
		}
		for _, f := range c.Findings {
			if err := f.print(w); err != nil {
				return fmt.Errorf("print the report: %w", err)
			}
		}
	}
	return nil
}

func (f Finding) print(w io.Writer) error {
	if _, err := fmt.Fprintf(w, "    %s %s: %s\n", f.Verdict, f.Code, f.Detail); err != nil {
		return err //nolint:wrapcheck // Print says what was being done
	}
	for _, lang := range i18n.Languages() {
		_, err := fmt.Fprintf(w, "      %s\n      %s%s\n      %s%s\n", f.What[lang], labels[lang][0], f.Suffer[lang], labels[lang][1], f.Do[lang])
		if err != nil {
			return err //nolint:wrapcheck // likewise
		}
	}
	return nil
}
