# Two commands are enough: `make demo` runs the main job, `make test` checks everything. Both see to what is missing.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Tools are built from tools.mod into .bin, named by version, so that a new version is a new file.
tool_version = $(shell awk '$$1 == "$(1)" || $$2 == "$(1)" { print ($$1 == "require" ? $$3 : $$2); exit }' tools.mod)
TOOLS    := github.com/golangci/golangci-lint/v2 golang.org/x/tools mvdan.cc/gofumpt
LINT     := .bin/golangci-lint-$(call tool_version,$(word 1,$(TOOLS)))
DEADCODE := .bin/deadcode-$(call tool_version,$(word 2,$(TOOLS)))

# Two cores, two packages at a time, each with its PostgreSQL: while one waits (for a lock, a kill, the linker), the other works.
TESTFLAGS ?= -p 2 -parallel 4
# Garbage is collected less often: less work, for some hundred MB more.
TESTGOGC  ?= 400
FUZZTIME  ?= 3s
BUDGET    := 20
PARTS     := lint race plain adversary mutants fuzz deadcode fix tidy drift
# How many steps departments take against the record, without the race detector.
STEPS     ?= 2000
# Whose guards `make mutants` takes out: those in files changed since a revision; all where it is empty. `make test` looks
# back over the last changes only, and begins none after TESTMUTANTS, for each costs some seconds.
MUTANTTIME  ?= 0
TESTMUTANTS ?= 60s
SINCE     ?= $(shell git rev-parse -q --verify HEAD~5 2>/dev/null)

.PHONY: demo test $(PARTS) fmt bench generate build help deps

# What it says before the program does goes to standard error: with ARGS=--json one line of JSON is all of its output.
demo: ## run the main job: `concordat demo`, on made data, with a PostgreSQL of its own
	@echo '演示 DEMO: looks for what it needs, compiles (a minute or two the first time), plays a year 检查所需程序，编译（首次约需一两分钟），演示一年' >&2
	@.ci/deps >&2
	@.ci/compile .bin/demo ./cmd/concordat
	@.bin/demo demo $(ARGS)

test: ## check everything: linters, tests with -race, fuzz, dead code, drift; prints the time used
	@SECONDS=0; status=0; times=; \
	for step in deps $(PARTS); do \
		begun=$$SECONDS; [[ $$step == deps ]] || echo "== $$step"; \
		$(MAKE) $$step MUTANTTIME=$(TESTMUTANTS) || { status=$$?; times+=" $$step $$((SECONDS - begun)) s (stopped here)"; break; }; \
		times+=" $$step $$((SECONDS - begun)) s,"; \
	done; \
	echo; echo "steps:$${times%,}"; \
	over=; if ((SECONDS > $(BUDGET) * 60)); then over=', OVER IT'; fi; \
	printf 'used %d min %02d s of the budget of $(BUDGET) min%s\n' $$((SECONDS / 60)) $$((SECONDS % 60)) "$$over"; \
	exit $$status

deps:
	@.ci/deps

lint: $(LINT) ## the linters and formatters of .golangci.yml, and go vet
	@go vet ./...
	@$(LINT) run ./...

race: ## every test, with the race detector
	@go list -race -test -export ./... >/dev/null # compiles all, tests too, and links nothing: what does not compile is told before any test
	@GOGC=$(TESTGOGC) go test -race -vet=off -ldflags=-w $(TESTFLAGS) ./... # go vet is lint's; no debugger reads these

# Named by what is in the files, so that none is left out.
plain: ## the tests of files marked !race, which the race detector would make slow and ask nothing
	@files=$$(grep -rl --include='*_test.go' '^//go:build !race$$' .); \
	names=$$(grep -ho '^func Test[[:alnum:]_]*' $$files | sed 's/^func //' | paste -sd'|'); \
	go test -vet=off -ldflags=-w $(TESTFLAGS) $$(dirname $$files | sort -u) -run "^($$names)\$$"

adversary: ## departments that answer and people who claim whatever they like (STEPS=, ARGS=-rapid.seed=)
	@go test -vet=off -count=1 -timeout 2h ./internal/adversary -run '^Test(Adversary|Claims)$$' -v -adversary.steps=$(STEPS) $(ARGS)

mutants: ## take guards of docs/attacks out in turn: their tests must fail (SINCE= for all of them, ONLY= a theme, test or file)
	@go run ./internal/docgen/attacks -mutants -since '$(SINCE)' -only '$(ONLY)' -for $(MUTANTTIME)

fuzz: ## every fuzz target for some seconds (FUZZTIME)
	@.ci/fuzz $(FUZZTIME)

deadcode: $(DEADCODE) ## functions that nothing reaches, tests counted as users
	@found=$$($(DEADCODE) -test ./...); [[ -z $$found ]] || { echo "$$found"; exit 1; }

fix: ## what `go fix` would modernise: must be nothing
	@go fix -diff ./...

tidy: ## go.mod and go.sum say what is used, no more; docs/dependencies.md names it
	@go mod tidy -diff
	@{ go list -m -f '{{if not (or .Main .Indirect)}}| {{.Path}} | {{.Version}} |{{end}}' all; \
		for tool in $(TOOLS); do go list -modfile=tools.mod -m -f '| {{.Path}} | {{.Version}} |' $$tool; done; } | \
		while read -r row; do \
			[[ -z $$row ]] || grep -qF -- "$$row" docs/dependencies.md || { echo "docs/dependencies.md has no row: $$row"; exit 1; }; \
		done

drift: ## generated files are what `make generate` makes
	@state() { git status --porcelain; git diff; }; \
	before=$$(state); $(MAKE) generate; after=$$(state); \
	[[ $$before == "$$after" ]] || { echo 'generated files had drifted; they are made anew now, commit them:'; git status --short; exit 1; }

generate: ## make generated files anew
	@go generate ./...
	@go run ./internal/docgen/invariants
	@go run ./internal/docgen/attacks
	@go run ./internal/docgen/catalogue
	@go run ./internal/docgen/procedures
	@go run ./cmd/concordat configuration > docs/configuration.md

fmt: $(LINT) ## format the Go files (gofumpt, gci)
	@$(LINT) fmt ./...

bench: deps ## run the measurements: `concordat bench`
	@go run ./cmd/concordat bench $(ARGS)

build: ## build the program into .bin/concordat
	@go build -trimpath -ldflags='-s -w' -o .bin/concordat ./cmd/concordat # no debugger reads it; panics and versions are told all the same

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(LINT): tools.mod tools.sum
	@echo "building $@ (once, some minutes)"
	@go build -modfile=tools.mod -o $@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint && touch $@

$(DEADCODE): tools.mod tools.sum
	@echo "building $@ (once)"
	@go build -modfile=tools.mod -o $@ golang.org/x/tools/cmd/deadcode && touch $@
