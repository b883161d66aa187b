# The commands of the project. The same without make: README.md.
PYTHON ?= python3
VENV ?= .venv
AS_OF ?= 2026-10-31
OUTPUT ?= reports
WORKERS ?= 2
LESSON ?= 1
STUDENT ?=

BIN := $(VENV)/bin
WHAT_TO_INSTALL := pyproject.toml constraints.txt
# IPython writes a history file wherever it starts; here it stays in the environment.
export IPYTHONDIR := $(abspath $(VENV))/ipython

.DEFAULT_GOAL := help
.PHONY: help report dashboard lab lesson bench quick test prove lint unit notebooks clean

help:  ## this list
	@echo "arkit: make TARGET [PYTHON=python3.12]"
	@sed -n 's/^\([a-z]*\):.*## /  \1|/p' Makefile | awk -F'|' '{ printf "%-12s %s\n", $$1, $$2 }'

report: $(VENV)/.with-report  ## the monthly report on the shipped sample (AS_OF=2026-10-31, OUTPUT=reports)
	$(BIN)/arkit report --ledger data/sample --layout templates/layouts/sample.toml --as-of $(AS_OF) --output $(OUTPUT)
	@echo "The report is in $(abspath $(OUTPUT))/$(AS_OF):"
	@find $(OUTPUT)/$(AS_OF) -name report.html -o -name report.xlsx | sed 's/^/  /'

dashboard: $(VENV)/.with-dashboard  ## the dashboards on the shipped sample and the reports in OUTPUT, for this machine alone
	@mkdir -p $(OUTPUT)
	$(BIN)/arkit serve --ledger data/sample --layout templates/layouts/sample.toml --reports $(OUTPUT)

lab: $(VENV)/.with-lab  ## JupyterLab on the notebooks
	$(BIN)/jupyter lab --notebook-dir=notebooks

lesson: $(VENV)/.with-lab  ## a lesson in JupyterLab (LESSON=1, STUDENT=your name)
	$(BIN)/arkit lesson $(LESSON) --student '$(STUDENT)'

bench: $(VENV)/.with-test  ## the benchmarks (a few minutes)
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.dashboards

# Rooms that answer in seconds, on Polars. What starts servers, browsers, kernels or reads hundreds of exports: the full run.
QUICK := arkit/aging arkit/kpi arkit/words arkit/model tests/aging tests/kpi tests/flows tests/segmentation tests/collection \
         tests/credit tests/cash tests/model tests/build tests/present tests/known_answers tests/house

quick: $(VENV)/.with-test  ## style and the fast tests, under a minute
	$(BIN)/ruff check --output-format=concise .
	HYPOTHESIS_PROFILE=quick $(BIN)/pytest -q -n $(WORKERS) -m "not slow and not prove" -k "not duckdb" $(QUICK)

prove: $(VENV)/.with-test $(VENV)/.with-postgres  ## the large seeded runs, minutes to an hour
	$(BIN)/pytest -n $(WORKERS) -m prove tests
	HYPOTHESIS_PROFILE=explore $(BIN)/pytest -n $(WORKERS) tests/aging tests/kpi tests/flows tests/segmentation tests/model

test: lint unit notebooks  ## everything: style, types, tests, every notebook

lint: $(VENV)/.with-test  ## style, spelling and types alone
	$(BIN)/ruff check --output-format=concise .
	$(BIN)/ruff format --check .
	$(BIN)/codespell
	$(BIN)/mypy

unit: $(VENV)/.with-chromium $(VENV)/.with-postgres  ## the tests alone, the browser's among them
	$(BIN)/pytest -n $(WORKERS)

notebooks: $(VENV)/.with-test  ## every cell of every notebook
	$(BIN)/pytest --nbval --nbval-current-env -n $(WORKERS) --dist loadscope notebooks

clean:  ## remove the environment and the caches, keep the reports
	rm -rf $(VENV) .hypothesis .mypy_cache .pytest_cache .ruff_cache

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { \
	  echo "arkit needs Python 3.11, 3.12 or 3.13; $(PYTHON) is not one. Name one: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

# One stamp for each set of extras, so that a second call installs nothing.
$(VENV)/.with-%: $(VENV)/.made $(WHAT_TO_INSTALL)
	@echo "Installing arkit with its extras for: $* (about a minute the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$*]'
	@touch $@

$(VENV)/.with-chromium: tests/browser/get_chromium.py $(VENV)/.with-test
	@$(BIN)/python tests/browser/get_chromium.py
	@touch $@

# Without a PostgreSQL the tests that need one are left out, and named.
$(VENV)/.with-postgres: tests/read/get_postgres.py $(VENV)/.with-test
	@$(BIN)/python -m tests.read.get_postgres || true
	@touch $@
