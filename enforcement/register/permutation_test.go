package register_test

import (
	"math/bits"
	"slices"
	"testing"

	"concordat/enforcement"
	"concordat/enforcement/directive"
	"concordat/enforcement/enforcetest"
	"concordat/enforcement/listing"
)

// permutations calls fn with every order of 0 … n-1.
func permutations(n int, fn func(order []int)) {
	order := make([]int, 0, n)
	var grow func()
	grow = func() {
		if len(order) == n {
			fn(order)
			return
		}
		for i := range n {
			if slices.Contains(order, i) {
				continue
			}
			order = append(order, i)
			grow()
			order = order[:len(order)-1]
		}
	}
	grow()
}

// Two listings and one order-like ground of one person at one organisation,
// ended in every order, with every permutation and duplication of messages: what
// the receiver holds equals the record, after every end.
func TestThreeGroundsOfOnePerson(t *testing.T) {
	t.Parallel()
	b := enforcetest.Setup(t)
	few(t, b, 1)
	ctx := t.Context()
	org := b.Departments[0]
	permutations(3, func(ends []int) {
		subject := b.Subject(b.Person())
		grounds := []enforcement.ID{b.Published(subject), b.Published(subject, listing.EvadesBySham), b.OrderGround(subject)}
		end := []func() error{
			func() error { return b.Listings.Delete(ctx, b.Judge(), of(grounds[0]), b.Ending(1)) },
			func() error { return b.Listings.Revoke(ctx, b.Judge(), of(grounds[1]), b.Ending(0)) },
			func() error { return b.Grounds.End(ctx, b.Judge(), grounds[2], "演示") },
		}
		messages := sendEach(t, b, org)
		compare := func(ended int) {
			want := recordOf(t, b, grounds...)
			if len(want) != 3 {
				t.Fatalf("%d directives of three grounds at one organisation", len(want))
			}
			inForce := 0
			for _, r := range want {
				if (len(r.set) > 0) != !slices.Contains(ends[:ended], slices.Index(grounds, r.ground)) {
					t.Errorf("after %d ends of %v the record carries %v under ground %d", ended, ends, r.set, slices.Index(grounds, r.ground))
				}
				inForce += len(r.set)
			}
			if (inForce == 0) != (ended == 3) {
				t.Errorf("after %d of 3 ends %d measures are in force", ended, inForce)
			}
			var l ledger
			permutations(len(messages), func(order []int) {
				// Each duplicate comes after all the rest, in the opposite order.
				for duplicated := range 1 << len(messages) {
					// Every set of duplicates for one order of ends; none, one or all
					// for the others.
					if first := slices.IsSorted(ends); !first && bits.OnesCount(uint(duplicated)) > 1 && duplicated != 1<<len(messages)-1 {
						continue
					}
					clear(l.held)
					for _, n := range order {
						l.apply(messages[n])
					}
					for _, n := range slices.Backward(order) {
						if duplicated&(1<<n) != 0 {
							l.apply(messages[n])
						}
					}
					for _, r := range want {
						if err := l.holds(r, r.set, r.until); err != nil {
							t.Fatalf("ends %v, %d of them, messages in the order %v, duplicated %b: %v", ends, ended, order, duplicated, err)
						}
					}
				}
			})
		}
		compare(0)
		for n, g := range ends {
			must(t, end[g]())
			messages = append(messages, sendEach(t, b, org)...)
			compare(n + 1)
		}
	})
	wantAudit(t, b)
}

// sendEach sends what is due at an organisation, every item as a message of its
// own, and records it as acknowledged.
func sendEach(t *testing.T, b *enforcetest.Bundle, org enforcement.OrganisationID) []directive.Item {
	t.Helper()
	var sent []directive.Item
	for _, lane := range []directive.Lane{directive.Express, directive.Bulk} {
		items := value(b.Directives.Due(t.Context(), org, lane, b.Day(), enforcement.ID{}, 100))(t)
		for _, i := range items {
			attempt := value(b.Directives.Open(t.Context(), b.System(), directive.WakeUp{Organisation: org, Lane: lane}, "webhook", []directive.Item{i}, []byte("h")))(t)
			must(t, b.Directives.Settle(t.Context(), b.System(), attempt, all(1, directive.Acknowledged)))
		}
		sent = append(sent, items...)
	}
	return sent
}
