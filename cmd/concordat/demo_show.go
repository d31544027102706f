package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"

	"concordat/internal/demo"
)

// demoProgress shows the year as it passes: a bar on a terminal, one line a month
// elsewhere.
type demoProgress struct {
	out   io.Writer
	bar   *progressbar.ProgressBar
	month time.Month
}

func newDemoProgress(out io.Writer) *demoProgress {
	p := &demoProgress{out: plain(out)}
	if file, ok := out.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			p.bar = progressbar.NewOptions(-1, progressbar.OptionSetWriter(file), progressbar.OptionSetWidth(10),
				progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(false))
		}
	}
	return p
}

// step tells that one more day was played.
func (p *demoProgress) step(now demo.Progress) {
	if p.bar != nil {
		p.bar.ChangeMax(now.Days)
		p.bar.Describe(fmt.Sprintf("演示 DEMO %s  published %d  ended %d", now.Day, now.Published, now.Ended))
		_ = p.bar.Set(now.Done) // a terminal that is gone is nobody's loss
		return
	}
	_, month, _ := now.Day.AddDays(1).Date()
	if month == p.month && now.Done < now.Days {
		return
	}
	if p.month != 0 || now.Done == now.Days {
		fmt.Fprintf(p.out, "演示 DEMO %s: drafted 拟稿 %d, warned 告知 %d, decided 决定 %d, served 送达 %d, published 公布 %d, suspended 中止 %d, ended 退出 %d; directives delivered 送出 %d, acknowledged 签收 %d\n",
			now.Day, now.Drafted, now.Warned, now.Decided, now.Served, now.Published, now.Suspended, now.Ended, now.Delivered, now.Acknowledged)
	}
	p.month = month
}

// end leaves the bar.
func (p *demoProgress) end() {
	if p.bar != nil {
		_ = p.bar.Finish() // a terminal that is gone is nobody's loss
		fmt.Fprintln(p.out)
	}
}

// printDemo prints the summary table.
func printDemo(out io.Writer, r demo.Result) {
	fmt.Fprintln(out, "\n演示 DEMO: 2025-09-01 to 2026-08-31, Nanning 南宁")
	for _, row := range []demo.Line{
		{ZH: "公布的列入", EN: "listings published", N: r.ListingsPublished},
		{ZH: "协同任务", EN: "directives created", N: r.DirectivesCreated},
		{ZH: "已送达", EN: "delivered", N: r.Delivered},
		{ZH: "已签收(最新版本)", EN: "acknowledged in their newest version", N: r.Acknowledged},
		{ZH: "应撤回", EN: "withdrawals due", N: r.WithdrawalsDue},
		{ZH: "撤回已签收", EN: "withdrawals acknowledged", N: r.WithdrawalsAcknowledged},
		{ZH: "依自身依据保留", EN: "measures kept on an own basis", N: r.Kept},
		{ZH: "误持有的措施", EN: "measures held wrongly", N: r.HeldWrongly},
		{ZH: "逾期", EN: "overdue", N: r.Overdue},
	} {
		printLine(out, row)
	}
	for _, part := range []struct {
		zh, en string
		lines  []demo.Line
	}{
		{"列入的状态", "listings at the end, by state", r.States},
		{"依法被拒绝的操作", "what the record refused, as it should", r.Refused},
		{"特殊的接收单位(其台账中的任务数)", "departments that were not prompt (directives in their ledgers)", r.Departments},
	} {
		fmt.Fprintf(out, "\n  %s  %s\n", part.zh, part.en)
		for _, row := range part.lines {
			printLine(out, row)
		}
	}
	fmt.Fprintf(out, "\n  %.1f s\n", r.Seconds)
}

func printLine(out io.Writer, l demo.Line) { fmt.Fprintf(out, "  %8d  %s  %s\n", l.N, l.EN, l.ZH) }
