# The one door: every command a person or a machine needs.
.DEFAULT_GOAL := help
SHELL := /bin/bash
export DO_NOT_TRACK := 1
PY := .venv/bin/python
SCHOOLS ?= 60
OUT ?= demo-output

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

.PHONY: setup
setup: ## Make the environment (the other commands do it by themselves)
	@bash .ci/setup

.PHONY: demo
demo: setup ## Run a whole inspection term of a synthetic city (SCHOOLS=60, OUT=demo-output)
	@$(PY) -m examples.demo_city run --schools $(SCHOOLS) --folder $(OUT)

.PHONY: test
test: ## Run the tests
	@bash .ci/setup --browser
	@$(PY) -m pytest -q -n 2 --dist loadgroup -m "not browser and not long"
	@$(PY) -m pytest -q -n 2 --dist loadfile -m browser

.PHONY: test-browser
test-browser: ## Run the tests that drive a real browser
	@bash .ci/setup --browser
	@$(PY) -m pytest -q -n 2 --dist loadfile -m browser

LABS ?= fairness estimates integrity answer_key requirements attacks verifiers fuzz surrey_faults kill_matrix
.PHONY: lab
lab: setup ## Run the long simulations whose tables are in docs/lab (LABS="fairness …")
	@$(PY) -m pytest -q -m long
	@for lab in $(LABS); do $(PY) -m tests.lab.$$lab || exit 1; done

BENCHMARKS ?= draw expectations ingest scoring
.PHONY: benchmark
benchmark: setup ## Measure stages beside a named alternative, as ratios (BENCHMARKS="draw …")
	@for stage in $(BENCHMARKS); do $(PY) -m benchmarks.$$stage || exit 1; done

.PHONY: up
up: setup ## Start Prefect's server, a worker, the publication site and the office desk
	@$(PY) -m control up $(if $(FOLDER),--folder $(FOLDER))

.PHONY: down
down: setup ## Stop them
	@$(PY) -m control down $(if $(FOLDER),--folder $(FOLDER))

.PHONY: status
status: setup ## Say what runs, where and how it is
	@$(PY) -m control status $(if $(FOLDER),--folder $(FOLDER))

.PHONY: purge
purge: setup ## Delete a term's student files after its appeals (TERM=…; CONFIRM=yes does it)
	@$(PY) -m tasks.purge $(TERM) $(if $(filter yes,$(CONFIRM)),--confirm)

.PHONY: rubric-diff
rubric-diff: setup ## Say in words what one rubric changes in another (A=old.yaml B=new.yaml)
	@$(PY) -m tasks.rubric_diff $(A) $(B)

.PHONY: check
check: setup ## Lint, types, import direction, spelling, lock and generated pages
	@$(PY) .ci/check.py

.PHONY: fix
fix: setup ## Format and mend what tools can mend
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format --quiet .

.PHONY: docs
docs: setup ## Make the generated pages anew
	@$(PY) .ci/check.py --write

.PHONY: preview
preview: setup ## Render every document's sample to demo-output/preview
	@$(PY) -m tasks.document demo-output/preview

.PHONY: lock
lock: setup ## Resolve the packages anew into requirements.lock
	@.tools/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --quiet --upgrade -o requirements.lock
