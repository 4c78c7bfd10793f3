# The two commands are `make run` and `make test`; settings come from the environment: LOTSE_WEB__PORT=9000 make run

.PHONY: help run test lint format bench lock clean

help:            ## this list
	@awk -F ': *## ' '/^[a-z]+: *## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

run:             ## install what is missing, build the pages, start the service
	@scripts/install
	@.venv/bin/python scripts/build-pages
	@exec .venv/bin/lotse serve

test:            ## install what the tests need, then run every check
	@scripts/install --dev
	@.venv/bin/python scripts/build-pages
	@scripts/test-tools
	@scripts/check

lint:            ## the static checks only: ruff, mypy, import-linter, tsc
	@scripts/install --dev
	@.venv/bin/python scripts/build-pages
	@scripts/check lint

format:          ## put Python into shape
	@scripts/install --dev
	@.venv/bin/ruff check --quiet --fix . || true
	@.venv/bin/ruff format .

bench:           ## benchmarks, as ratios against floors measured in the same run
	@scripts/install --dev
	@.venv/bin/python scripts/build-pages
	@exec .venv/bin/python -m bench

lock:            ## pin again what pyproject.toml asks for
	@scripts/lock

clean:           ## remove what can be made again, except .venv; var/ (the data) stays
	rm -rf web/static build dist tests/output .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
