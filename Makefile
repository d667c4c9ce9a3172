# Bare `make` lists what there is.
VENV   := .venv
PY     := $(VENV)/bin/python
BIN    := $(VENV)/bin
DATA   ?=
NAME   ?= all
WORKERS ?= 3
# Compiled modules are kept, whatever the caller's environment says: a demonstration starts two dozen programs.
export PYTHONDONTWRITEBYTECODE :=
# Packages are fetched by the machine's own certificates, so that it works behind a proxy of one's own too.
export UV_SYSTEM_CERTS ?= 1

.DEFAULT_GOAL := help
.PHONY: help demo up down test test-long check lint format types contracts generate check-generated breaking bench docs lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

# --- an environment of locked, hash-checked packages ------------------------------------------------
$(VENV)/bin/uv: requirements/bootstrap.txt
	@echo "installing into $(VENV), once …"
	@sh scripts/install-debian-packages
	@/usr/bin/env python3 -m venv $(VENV)
	@$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $@

$(VENV)/runtime.stamp: $(VENV)/bin/uv requirements/runtime.txt pyproject.toml
	@$(BIN)/uv pip install -q --compile-bytecode --python $(PY) --require-hashes -r requirements/runtime.txt
	@$(BIN)/uv pip install -q --python $(PY) --require-hashes -r requirements/build.txt
	@$(BIN)/uv pip install -q --python $(PY) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/runtime.stamp requirements/dev.txt
	@echo "installing what building and testing needs, once …"
	@$(BIN)/uv pip install -q --python $(PY) --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/bench.stamp: $(VENV)/dev.stamp requirements/bench.txt
	@echo "installing the peers that benches measure beside us, once …"
	@$(BIN)/uv pip install -q --python $(PY) --require-hashes -r requirements/bench.txt
	@touch $@

# nomenklatura wants versions of its own, and PyICU has no wheel: apart, and not needed for any other figure.
$(VENV)/peers.stamp: $(VENV)/bench.stamp requirements/bench-names.txt
	@sh scripts/install-debian-packages bench
	@echo "building nomenklatura's logic-v2 to measure beside us, once …"
	@$(BIN)/uv pip install -q --python $(PY) --target $(VENV)/peers --require-hashes -r requirements/bench-names.txt \
		|| echo "it was not built; its figures are left out"
	@touch $@

# --- running it ---------------------------------------------------------------------------------------
demo: $(VENV)/runtime.stamp ## bring a federation up, ask it questions, verify every ledger, clean up (DATA=DIR: real lists)
	@$(BIN)/comity demo run $(if $(DATA),--data $(DATA))

up: $(VENV)/runtime.stamp ## keep the demo federation running for hands-on use
	@$(BIN)/comity demo up $(if $(DATA),--data $(DATA))

down: $(VENV)/runtime.stamp ## end what `make up` started
	@$(BIN)/comity demo down

# --- checking it --------------------------------------------------------------------------------------
test: $(VENV)/dev.stamp ## all tests, three at a time: a third of their time they wait (WORKERS=0: one at a time)
	@sh scripts/install-debian-packages test
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile

check: lint types contracts check-generated breaking ## everything CI checks besides the tests

lint: $(VENV)/dev.stamp ## ruff: rules and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(VENV)/dev.stamp ## ruff: mend what it can
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

types: $(VENV)/dev.stamp ## mypy strict and pyright
	@$(BIN)/mypy
	@$(BIN)/pyright --pythonpath $(PY)

contracts: $(VENV)/dev.stamp ## who may import whom
	@$(BIN)/lint-imports

generate: $(VENV)/dev.stamp ## write the code that comes from proto/, and the page of settings
	@$(PY) scripts/generate.py
	@$(PY) scripts/generate_settings.py

check-generated: $(VENV)/dev.stamp ## generated code equals what proto/ gives
	@$(PY) scripts/generate.py --check

breaking: $(VENV)/dev.stamp ## buf lint, and breaking against the committed baseline
	@$(BIN)/buf lint
	@$(BIN)/buf breaking --against proto/baseline.binpb

test-long: $(VENV)/dev.stamp ## ten times as many rulings compared with Casbin as it comes, and laws with each other
	@COMITY_FUZZ_TIMES=10 $(PY) -m pytest -o timeout=7200 tests/property/test_rulings_agree_with_casbin.py \
		tests/property/test_rulings_order.py tests/unit/policytools/test_policy_compare_whole.py

bench: $(VENV)/bench.stamp $(if $(filter matching all,$(NAME)),$(VENV)/peers.stamp) ## measure (NAME=envelope|relay|exchange|…; all by default)
	@sh scripts/install-debian-packages bench
	@$(PY) -m bench $(NAME)

docs: $(VENV)/dev.stamp ## check that documents say what the code does
	@$(PY) -m pytest tests/unit/docs

lock: $(VENV)/bin/uv ## resolve the requirement files again
	@sh scripts/lock

clean: ## remove the environment and every built file
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build .state
