package backup

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/register"
	"concordat/enforcement/restore"
)

// ReadInventory reads what an organisation holds from its file: CSV in UTF-8
// with a header that names directive, version, withdrawn and, if known, carries,
// in any order. Yes is 1, true, yes or 是; no is 0, false, no, 否 or nothing. Where
// carries is not given, what was not withdrawn counts as not known to carry. The
// lines come back in the order of ids.
func ReadInventory(r io.Reader) ([]directive.InventoryLine, error) {
	table := csv.NewReader(r)
	table.ReuseRecord = true
	header, err := table.Read()
	if err != nil {
		return nil, refuse("reconciliation.file", "line", "1")
	}
	column := map[string]int{}
	for i, name := range header {
		column[strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))] = i
	}
	for _, name := range []string{"directive", "version", "withdrawn"} {
		if _, ok := column[name]; !ok {
			return nil, refuse("reconciliation.file", "line", "1")
		}
	}
	var lines []directive.InventoryLine
	for {
		record, err := table.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if malformed, ok := errors.AsType[*csv.ParseError](err); ok {
			return nil, refuse("reconciliation.file", "line", strconv.Itoa(malformed.StartLine))
		}
		if err != nil {
			return nil, fmt.Errorf("read the inventory: %w", err)
		}
		line, err := readLine(record, column)
		if err != nil {
			at, _ := table.FieldPos(0)
			return nil, refuse("reconciliation.file", "line", strconv.Itoa(at))
		}
		lines = append(lines, line)
	}
	slices.SortFunc(lines, func(a, b directive.InventoryLine) int { return bytes.Compare(a.Directive[:], b.Directive[:]) })
	return lines, nil
}

func readLine(record []string, column map[string]int) (line directive.InventoryLine, err error) {
	if line.Directive, err = enforcement.ParseID(strings.TrimSpace(record[column["directive"]])); err != nil {
		return line, err
	}
	version, err := strconv.ParseInt(strings.TrimSpace(record[column["version"]]), 10, 16)
	if err != nil {
		return line, fmt.Errorf("read a version: %w", err)
	}
	line.Version = int16(version)
	if line.Withdrawn, err = readYes(record[column["withdrawn"]]); err != nil {
		return line, err
	}
	if at, ok := column["carries"]; ok {
		line.Carries, err = readYes(record[at])
	}
	return line, err
}

func readYes(text string) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "1", "true", "yes", "是":
		return true, nil
	case "", "0", "false", "no", "否":
		return false, nil
	default:
		return false, errors.New("neither yes nor no")
	}
}

// HandIn reconciles an organisation with the lines of its file, page by page from
// where its reconciliation stands. A file that was handed in changes nothing the
// second time.
func HandIn(ctx context.Context, register *register.Offices, act enforcement.Act, org enforcement.OrganisationID, lines []directive.InventoryLine) (restore.Reconciliation, error) {
	list, err := register.Restorer.Reconciliations(ctx)
	if err != nil {
		return restore.Reconciliation{}, err
	}
	at := slices.IndexFunc(list, func(c restore.Reconciliation) bool { return c.Organisation == org })
	if at < 0 {
		return restore.Reconciliation{}, refuse("organisation.unknown")
	}
	c := list[at]
	lines = lines[firstAfter(lines, c.Reached):]
	for !c.Done() {
		n := min(len(lines), restore.MaxInventoryPage)
		c, err = register.Restorer.ReconcilePage(ctx, act, restore.InventoryPage{
			Organisation: org, After: c.Reached, Lines: lines[:n], Last: n == len(lines), Manner: restore.ReconciledFile,
		})
		if err != nil {
			return c, err
		}
		lines = lines[n:]
	}
	return c, nil
}

func firstAfter(lines []directive.InventoryLine, reached enforcement.ID) int {
	at, found := slices.BinarySearchFunc(lines, reached, func(l directive.InventoryLine, id enforcement.ID) int { return bytes.Compare(l.Directive[:], id[:]) })
	if found {
		at++
	}
	return at
}
