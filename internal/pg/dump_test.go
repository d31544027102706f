package pg

import "testing"

func TestPasswordsStayOutOfArguments(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ url, address, password string }{
		{"postgres://postgres@/db?host=/run/x&port=5432", "postgres://postgres@/db?host=/run/x&port=5432", ""},
		{"postgres://u:s%40cret%25@h:5432/db?sslmode=require", "postgres://u@h:5432/db?sslmode=require", "s@cret%"},
		{"postgres://u:p@a:1,b:2/db", "postgres://u@a:1,b:2/db", "p"},
		{"postgres://h/db?x=a:b@c", "postgres://h/db?x=a:b@c", ""},
		{"host=h password='p' dbname=d", "host=h dbname=d", "p"},
	} {
		if address, password := withoutPassword(row.url); address != row.address || password != row.password {
			t.Errorf("%s: %s and %q", row.url, address, password)
		}
	}
}

func TestComplaintsRepeatNoRows(t *testing.T) {
	t.Parallel()
	got := complaint("pg_restore: error: could not execute query: ERROR: x\nDETAIL:  Key (name)=(somebody) exists.\nCONTEXT:  COPY subject, line 1\n")
	if got != "pg_restore: error: could not execute query: ERROR: x" {
		t.Error(got)
	}
}
