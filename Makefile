# The verbs of this repository. `make demo` and `make test` set everything up themselves.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
BENCH_READY := .venv-bench/.ready
DUCKDB_READY := .venv-bench-duckdb/.ready

# Tests start the program some hundred times: each start would compile all its modules again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test test-long test-windows promise coverage mutants lint types bench docs pictures lock clean

demo: $(READY)
	$(BIN)/action-returns demo --keep demo-output

test: $(READY)
	tests/hosts/install_office.sh
	tests/servers/fetch_servers.sh
	tests/browser/fetch_browser.sh
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest --durations=15 -n 3 --dist loadfile --no-loadscope-reorder

test-long: $(READY)
	tests/hosts/install_office.sh
	tests/servers/fetch_servers.sh
	PYTHON=$(PYTHON) tests/producers/install_producers.sh
	HYPOTHESIS_PROFILE=long $(BIN)/pytest -m "long or not long" --timeout 3600

# The suite under Windows' own Python, which Wine runs, or FILES of it; skipped with a reason where that cannot be had.
test-windows: $(READY)
	tests/hosts/windows/run_tests.sh $(FILES)

# The tests behind a promise of docs/guarantees.md: make promise N=2
promise: $(READY)
	tests/hosts/install_office.sh
	tests/servers/fetch_servers.sh
	$(BIN)/pytest $$($(BIN)/python docs/promises.py $(N))

# Every branch of what moves money, or reads it over the API, is taken by a test.
coverage: $(READY)
	tests/servers/fetch_servers.sh
	$(BIN)/coverage run -m pytest -q tests/ledger tests/channels tests/brand_api tests/settings tests/operations/test_send.py tests/operations/test_submit.py
	$(BIN)/coverage report --show-missing --fail-under 100 \
	  --include "src/action_returns/ledger/*,src/action_returns/channels/*,src/action_returns/brand_api/*,src/action_returns/operations/send.py,src/action_returns/operations/submit.py"

# Which small mistakes in the product no test notices: make mutants SAMPLE=100 SEED=7 PACKAGE=batch
mutants: $(READY)
	tests/hosts/install_office.sh
	tests/servers/fetch_servers.sh
	$(BIN)/python -m tests.mutants.mutants $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED)) \
	  $(if $(PACKAGE),--package $(PACKAGE))

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# For each system that it runs on: what one never reaches, another does.
types: $(READY)
	$(BIN)/mypy
	$(BIN)/mypy --platform win32 --no-warn-unreachable --cache-dir .mypy_cache/win32
	$(BIN)/mypy --platform darwin --no-warn-unreachable --cache-dir .mypy_cache/darwin

bench: $(READY) $(BENCH_READY) $(DUCKDB_READY)
	$(BIN)/python benchmarks/run.py --peers .venv-bench/bin/python --duckdb .venv-bench-duckdb/bin/python

docs: $(READY)
	$(BIN)/python -m docs.print
	$(BIN)/python workbook_templates/make_template.py

pictures: $(READY)
	tests/hosts/install_office.sh
	PYTHONPATH=. $(BIN)/python docs/pictures.py

lock:
	requirements/compile.sh

clean:
	rm -rf .venv .venv-bench .venv-bench-duckdb .cache demo-output

$(READY): requirements/dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Action Returns needs Python 3.11 or newer: make PYTHON=python3.11 ..." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(BENCH_READY): requirements/bench.lock
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.lock
	@touch $@

$(DUCKDB_READY): requirements/bench-duckdb.lock
	$(PYTHON) -m venv .venv-bench-duckdb
	.venv-bench-duckdb/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench-duckdb.lock
	@touch $@
