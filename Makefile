PY ?= python3.11

.DEFAULT_GOAL := help
.PHONY: help setup cluster-tools e2e-tools demo notebook test test-data lint bench generate clean bench-data

help:  ## show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

setup: .venv/.ready  ## create .venv, install what is needed, build the Go tools into the cache
	@$(PY) tools/setup.py
	@.venv/bin/python -m mlgate.checks.build_catalogue

.venv/.ready: pyproject.toml requirements.lock
	@echo "installing the Python packages into .venv ..."
	@$(PY) -m venv .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check --no-deps -r requirements.lock
	@.venv/bin/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

cluster-tools: setup  ## build etcd and an API server into the cache, for the tests of the lifecycle (minutes, once)
	@$(PY) tools/setup.py --cluster

e2e-tools: setup  ## build every program of a whole cluster into the cache (half an hour, once)
	@$(PY) tools/setup.py --e2e

demo: setup  ## the whole journey in a scratch clone under build/demo
	@.venv/bin/mlgate demo

notebook: setup  ## JupyterLab with the notebook, its data/ and jdbc/, until Ctrl-C (PORT=, PREFIX=, MODEL_PATH=, DATA=)
	@.venv/bin/mlgate notebook lab

test: setup  ## every test; builds Argo CD's own command line first (minutes, once)
	@$(PY) tools/setup.py --tests
	@.venv/bin/pytest -n 2 --dist loadgroup

test-data: setup  ## the long runs of the data paths: kills under load, large data (minutes)
	@.venv/bin/pytest -m data_long

e2e: e2e-tools  ## a real cluster with pods, brought up and taken down; needs root (minutes)
	@.venv/bin/pytest -m e2e tests/e2e

lint: setup  ## ruff, ruff format, mypy --strict
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

MEASURED = corpus speed determinism edits fuzz
bench: setup  ## what validate finds and how long it takes, as tables beside others (hours; ARGS=--quick is a smoke test)
	@rm -f $(MEASURED:%=build/bench/%.json)
	@-.venv/bin/python bench/builds.py
	@for each in $(MEASURED); do .venv/bin/python bench/$$each.py $(ARGS) || echo "bench/$$each.py: exit code $$?"; done
	@.venv/bin/python bench/summary.py

bench-data: setup  ## what the way from rows to a judged model costs, to 10,000,000 rows (ARGS=--quick is a smoke test)
	@.venv/bin/python bench/data.py $(ARGS)

generate: setup  ## rewrite generated files
	@.venv/bin/mlgate generate

clean:  ## remove what was made at run time; the cache of tools stays
	@rm -rf build .venv
