# Every target does its own set-up; only Python >= 3.11 and make are needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
DATA ?= data/sample/complaints.jsonl

.PHONY: serve setup test check bench fuzz audit eval base wheelhouse clean

serve: $(VENV)/.serve  ## Start the API on 127.0.0.1:8080 with the shipped base bundle
	@$(BIN)/pilah serve

setup: $(VENV)/.all  ## Install everything into .venv

test: $(VENV)/.all  ## Run the tests, on all cores
	$(BIN)/python -m pytest -n auto --dist loadfile

check: $(VENV)/.all  ## Lint, types, import contracts, dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

fuzz: $(VENV)/.all  ## Fuzz the live API (1,000 cases an endpoint and key), texts, files and bundles (10 minutes each)
	FUZZ_CASES=$${FUZZ_CASES:-1000} FUZZ_SECONDS=$${FUZZ_SECONDS:-600} FUZZ_MODEL=$${FUZZ_MODEL:-base} \
		$(BIN)/python -m pytest tests/fuzz -s

audit: $(VENV)/.all  ## Ask the index for known weaknesses of what is installed (needs the network; not part of CI)
	$(BIN)/pip-audit --local --skip-editable --progress-spinner off

bench: $(VENV)/.all  ## Measure speed and memory on this machine
	$(BIN)/pilah bench

eval: $(VENV)/.all  ## Evaluate on DATA (a labelled file), grouped so that near-duplicates stay together
	$(BIN)/pilah evaluate $(DATA) --split grouped:5 -o var/report

base: $(VENV)/.all  ## Make the shipped base bundle from BASE_TEXTS (plain text) and BASE_DATA (exports; rahasia left out)
	$(BIN)/pilah encoder build $(BASE_TEXTS) -o var/encoder
	$(BIN)/pilah train $(BASE_DATA) --config training/base.toml -o model/base

wheelhouse: | $(BIN)/python  ## Collect all that a machine without a network needs; EXTRAS=[accurate] for that tier
	$(PIP) wheel --wheel-dir wheelhouse '.$(EXTRAS)'

clean:  ## Remove the environment and caches; var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.serve: pyproject.toml | $(BIN)/python
	$(PIP) install -e .
	@touch $@

$(VENV)/.all: pyproject.toml | $(BIN)/python
	$(PIP) install -e '.[training,dev]'
	@touch $@ $(VENV)/.serve
