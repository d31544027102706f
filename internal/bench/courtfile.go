package bench

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"concordat/internal/identifier/madeup"
)

// writeCourtFile writes a made file of a court in the shape of the published
// records: n rows, of which one in a hundred is the next record of the person
// before, and one in a thousand has a masked number, as real files do.
func writeCourtFile(to io.Writer, n int) error {
	w := bufio.NewWriterSize(to, 1<<20)
	// What a buffered writer could not write it says at the end.
	_, _ = w.WriteString("\ufeffrecordId,iname,cardNum,sexy,age,businessEntity,areaName,courtName,caseCode,regDate,gistId,gistUnit,duty,performance,performedPart,unperformPart,disruptTypeName,publishDate,partyTypeName\r\n")
	for i := range n {
		person := i
		if i%100 == 99 {
			person--
		}
		number := madeup.NthPersonID(person).Number
		if i%1000 == 500 {
			number = number[:6] + strings.Repeat("*", 8) + number[14:]
		}
		_, _ = fmt.Fprintf(w, "DEMO-%07d,%s,%s,男,45,,广西,演示法院,（2025）桂0103执%d号,2025年3月%d日,（2024）桂0103民初%d号,演示法院,\"支付货款%d元，并承担逾期利息\",全部未履行,,,有履行能力而拒不履行生效法律文书确定义务,2025年6月1日,0\r\n",
			i, madeup.NthPersonName(person), number, i+1, 1+i%28, i+1, 1000+i%90000)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write a made file of a court: %w", err)
	}
	return nil
}
