package courtfile

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"concordat/internal/identifier/madeup"
)

// sheetName is the sheet of an XLSX template.
const sheetName = "名单"

// textFormat is the number format of spreadsheets that leaves what is typed as
// it is.
const textFormat = 49

// Template writes a file of a kind in a format (csv, xlsx or jsonl) with one
// example: a made subject, in a case that is none. What it writes, Open reads.
func Template(w io.Writer, kind Kind, format string) error {
	var err error
	names, values := example(kind)
	switch format {
	case CSV:
		_, err = io.WriteString(w, utf8Mark+strings.Join(names, ",")+"\r\n"+strings.Join(values, ",")+"\r\n")
	case JSONLines:
		err = jsonTemplate(w, names, values)
	case XLSX:
		err = sheetTemplate(w, names, values)
	default:
		return fmt.Errorf("write a template: no format is called %q", format)
	}
	if err != nil {
		return fmt.Errorf("write the template %s as %s: %w", kind, format, err)
	}
	return nil
}

// example is one row: the names of its columns and what stands in them. No
// value needs quoting.
func example(kind Kind) (names, values []string) {
	sample := map[field]string{
		fieldRecord: "demo-0001", fieldName: madeup.NthPersonName(1), fieldNumber: madeup.NthPersonID(1).Number,
		fieldNumberKind: "居民身份证", fieldSex: "男", fieldAge: "40", fieldRegion: "450103", fieldParty: "0", fieldArea: "广西",
		fieldCourt: "南宁市演示人民法院", fieldCase: "（2026）桂0103执1号", fieldFiled: "2026-03-02",
		fieldBasis: "（2025）桂0103民初1号", fieldBasisUnit: "南宁市演示人民法院", fieldDuty: "支付货款10000元",
		fieldPerformance: "部分未履行", fieldPerformed: "2000元", fieldUnperformed: "8000元", fieldConduct: "违反财产报告制度、规避执行",
		fieldDecision: "（2026）桂0103执1号之一", fieldDecided: "2026-05-06", fieldSigner: "演示院长", fieldServed: "2026-05-08",
		fieldManner: "直接送达", fieldRepairNotice: "2026-05-08", fieldTerm: "2028-05-05", fieldWarned: "2026-03-10",
		fieldPublished: "2026-05-11",
	}
	for _, f := range fields(kind) {
		names, values = append(names, f.String()), append(values, sample[f])
	}
	return names, values
}

func jsonTemplate(w io.Writer, names, values []string) error {
	var b strings.Builder
	for i, name := range names {
		if values[i] == "" {
			continue
		}
		value, err := json.Marshal(values[i])
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, ",%q:%s", name, value)
	}
	_, err := io.WriteString(w, "{"+b.String()[1:]+"}\n")
	return err
}

// sheetTemplate makes every column one of texts, so that a spreadsheet leaves
// numbers and dates alone.
func sheetTemplate(w io.Writer, names, values []string) (err error) {
	book := excelize.NewFile()
	defer func() {
		if closed := book.Close(); err == nil {
			err = closed
		}
	}()
	if err := book.SetSheetName(book.GetSheetName(0), sheetName); err != nil {
		return err
	}
	style, err := book.NewStyle(&excelize.Style{NumFmt: textFormat})
	if err != nil {
		return err
	}
	last, err := excelize.ColumnNumberToName(len(names))
	if err != nil {
		return err
	}
	if err := book.SetColStyle(sheetName, "A:"+last, style); err != nil {
		return err
	}
	if err := book.SetColWidth(sheetName, "A", last, 20); err != nil {
		return err
	}
	if err := book.SetSheetRow(sheetName, "A1", &names); err != nil {
		return err
	}
	if err := book.SetSheetRow(sheetName, "A2", &values); err != nil {
		return err
	}
	return book.Write(w)
}
