# Everything this project can do, from nothing but Python 3.11+ and make.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help
help: ## Print this help.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(STAMP): requirements/dev.txt requirements/tools.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; set PYTHON=…") if sys.version_info < (3, 11) else 0'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@if $(BIN)/python -m pip install -q --require-hashes -r requirements/tools.txt; then \
		$(BIN)/uv pip install -q --require-hashes --python $(BIN)/python -r requirements/dev.txt \
		&& $(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
		$(BIN)/python -m pip install -q --require-hashes -r requirements/dev.txt \
		&& $(BIN)/python -m pip install -q --no-deps --no-build-isolation -e . ; \
	fi
	@touch $@

.PHONY: setup
setup: $(STAMP) ## Set everything up in .venv, and nothing else.

.PHONY: sandbox
sandbox: $(STAMP) ## Start a local Slack, DNS and Engage with the bot, and print one URL.
	@$(BIN)/python -m sandbox up

.PHONY: test
test: $(STAMP) ## Run the tests.
	@$(BIN)/python -m pytest -n 2 --dist loadfile

.PHONY: lint
lint: $(STAMP) ## Check style, types, the direction of imports, and for unsafe code.
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/bandit -q -c pyproject.toml -r core storage bot sandbox bench

.PHONY: check
check: lint test ## What CI runs, where its extra programs are installed.

.PHONY: ci
ci: ## Install what a fresh machine lacks, then check; nothing may be skipped.
	@./.ci/install
	@$(MAKE) --no-print-directory setup
	@CI=true $(MAKE) --no-print-directory check
	@CI=true $(MAKE) --no-print-directory chaos KILLS=30 CHAOS=tests/chaos/test_random_kills.py
	@CI=true $(MAKE) --no-print-directory faults
	@CI=true $(MAKE) --no-print-directory canaries
	@CI=true $(MAKE) --no-print-directory walk
	@$(MAKE) --no-print-directory audit AUDIT=--tolerate-unreachable

# By `make chaos SEED=…` a run is repeated. `make ci` has the rest of it in `make test`.
KILLS ?= 200
SEED ?=
CHAOS ?= tests/chaos

.PHONY: chaos
chaos: $(STAMP) ## Kill the bot wherever it hurts and KILLS=200 times at random; count what is lost.
	@KILLS=$(KILLS) SEED=$(SEED) $(BIN)/python -m pytest $(CHAOS)

.PHONY: faults
faults: $(STAMP) ## Take the DNS, Engage and the disk away, in every way that takes its time.
	@$(BIN)/python -m pytest -n 2 -m fault tests/faults

.PHONY: walk
walk: $(STAMP) ## Make every slip at the DNS provider and mend it, with the whole bot as processes.
	@$(BIN)/python -m pytest -m walk tests/acceptance

.PHONY: canaries
canaries: $(STAMP) ## Look for secrets wherever something is written, after every path, as processes.
	@$(BIN)/python -m pytest -m canary tests/acceptance

# More rounds on a busy machine: `make bench BENCH='--rounds 15 --json'`.
BENCH ?=

.PHONY: bench
bench: $(STAMP) ## Measure looks at 1,000 domains per second, beside checkdmarc and dnspython.
	@$(BIN)/python -m bench.dns $(BENCH)

.PHONY: bench-polls
bench-polls: $(STAMP) ## Measure what 1,000 domains cost that wait: CPU and statements per poll, with the database.
	@$(BIN)/python -m bench.polls $(BENCH)

.PHONY: audit
audit: $(STAMP) ## Look for known vulnerabilities in what is locked; fails where nobody can be asked.
	@$(BIN)/python .ci/audit.py $(AUDIT)

.PHONY: format
format: $(STAMP) ## Format the code.
	@$(BIN)/ruff check --fix -q
	@$(BIN)/ruff format -q

.PHONY: lock
lock: ## Lock the requirements anew, with hashes and without the names of registries.
	@test -x $(BIN)/uv || $(MAKE) --no-print-directory setup
	@for name in tools run dev; do \
		$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
			-o requirements/$$name.txt requirements/$$name.in || exit 1; \
	done
