package paper_test

import (
	"testing"

	"concordat/internal/pg/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }
