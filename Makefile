# The commands of the project. Each sets up what it needs; nothing else has to be typed on a fresh Debian or Ubuntu machine.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := .build

.PHONY: help run dev test check bench e2e web lock format clean

help:
	@sed -n 's/^\([a-z0-9]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

run: $(STAMP)/python $(STAMP)/web  ## start the server: LIBRARY=/path for your own folder, else a demonstration library
	@exec $(BIN)/python tools/run.py

dev: $(STAMP)/python-dev $(STAMP)/npm  ## seeded library, both servers, hot reload
	@exec $(BIN)/python tools/run.py --dev

test: $(STAMP)/system $(STAMP)/python-dev $(STAMP)/web  ## everything: Python, browser, web units
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile
	cd web && npm run --silent test

check: $(STAMP)/python-dev $(STAMP)/npm  ## lint, formats, types, architecture, generated files
	$(BIN)/ruff check src tests bench tools plugins
	$(BIN)/ruff format --check src tests bench tools plugins
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_architecture.py tests/test_repository.py
	$(BIN)/python tools/openapi.py --check
	cd web && npm run --silent lint && npm run --silent typecheck

bench: $(STAMP)/python-dev $(STAMP)/web  ## the measured promises, as tables
	$(BIN)/python -m bench

e2e: $(STAMP)/system $(STAMP)/python-dev $(STAMP)/web  ## browser tests only
	$(BIN)/python -m pytest tests/e2e

web: $(STAMP)/web  ## build the UI into the package

format: $(STAMP)/python-dev $(STAMP)/npm  ## rewrite sources in the project's format
	$(BIN)/ruff check --fix-only src tests bench tools plugins
	$(BIN)/ruff format src tests bench tools plugins
	cd web && npm run --silent format

lock:  ## lock Python dependencies with hashes
	@[ -x $(BIN)/uv ] || { $(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install -q uv; }
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --group build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --group build --group dev pyproject.toml -o requirements-dev.lock

clean:  ## remove everything that was built
	rm -rf $(STAMP) $(VENV) web/node_modules src/longshelf/web_dist

$(STAMP)/system: tools/system.sh
	@mkdir -p $(STAMP)
	@bash tools/system.sh
	@touch $@

$(STAMP)/python: requirements.lock pyproject.toml tools/python.sh
	@mkdir -p $(STAMP)
	@PYTHON=$(PYTHON) bash tools/python.sh $(VENV) requirements.lock
	@touch $@

$(STAMP)/python-dev: requirements-dev.lock pyproject.toml tools/python.sh
	@mkdir -p $(STAMP)
	@PYTHON=$(PYTHON) bash tools/python.sh $(VENV) requirements-dev.lock
	@touch $@ $(STAMP)/python

$(STAMP)/npm: web/package.json web/package-lock.json tools/node.sh
	@mkdir -p $(STAMP)
	@bash tools/node.sh
	cd web && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(STAMP)/web: $(STAMP)/npm $(shell find web/src web/public web/tools -type f 2>/dev/null) web/index.html web/vite.config.ts
	cd web && npm run --silent build
	@touch $@
