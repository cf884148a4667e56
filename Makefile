# `make help` says what there is. PYTHON names the Python that makes .venv (3.11 to 3.13).

PYTHON ?= python3
VENV_PYTHON := .venv/bin/python
PYTEST_ARGS ?=
BENCHMARK_ARGS ?=
MUTATION_ARGS ?=
# One process a core; PYTEST_ARGS="-n0" is one for all. Each takes neighbours, which share fixtures.
# Bytecode is kept whatever the shell says: the tests start many processes of the program.
PYTEST := PYTHONDONTWRITEBYTECODE= QT_QPA_PLATFORM=offscreen $(VENV_PYTHON) -m pytest -n auto --dist worksteal

# Modules whose every line and branch is tested: they read tables, keep models, do the maths.
MUST_NOT_ERR := engine/documents/csv_rows.py,engine/documents/line_marks.py
MUST_NOT_ERR := $(MUST_NOT_ERR),engine/documents/reader.py,engine/documents/layout/detection.py
MUST_NOT_ERR := $(MUST_NOT_ERR),engine/documents/layout/doubts.py,engine/documents/layout/foreign.py
MUST_NOT_ERR := $(MUST_NOT_ERR),engine/documents/layout/further_on.py,engine/documents/layout/widths.py
MUST_NOT_ERR := $(MUST_NOT_ERR),engine/documents/layout/blank_lines.py,engine/documents/layout/hypotheses.py
MUST_NOT_ERR := $(MUST_NOT_ERR),engine/documents/layout/joined.py,engine/documents/layout/names.py
MUST_NOT_ERR := $(MUST_NOT_ERR),engine/documents/spreadsheet.py,engine/sampling/completion.py
MUST_NOT_ERR := $(MUST_NOT_ERR),engine/files/atomic.py,engine/files/tensors.py
MUST_NOT_ERR := $(MUST_NOT_ERR),engine/language_model/checkpoint.py,engine/language_model/formats.py
MUST_NOT_ERR := $(MUST_NOT_ERR),engine/language_model/mixture.py,engine/language_model/opening.py
MUST_NOT_ERR := $(MUST_NOT_ERR),engine/language_model/parts.py,engine/language_model/tutorial_npz.py
MUST_NOT_ERR := $(MUST_NOT_ERR),engine/network/bptt.py,engine/network/output_layer.py
MUST_NOT_ERR := $(MUST_NOT_ERR),engine/network/reference.py,engine/network/score_blocks.py
MUST_NOT_ERR := $(MUST_NOT_ERR),engine/runs/folder.py,engine/sampling/beam.py,engine/sampling/filters.py
MUST_NOT_ERR := $(MUST_NOT_ERR),engine/sampling/next_words.py,engine/sampling/sampler.py
MUST_NOT_ERR := $(MUST_NOT_ERR),engine/scoring/candidates.py,engine/scoring/held_out.py
MUST_NOT_ERR := $(MUST_NOT_ERR),engine/scoring/percentile.py,engine/scoring/ranking.py
MUST_NOT_ERR := $(MUST_NOT_ERR),engine/scoring/replacement.py,engine/scoring/scored_file.py
MUST_NOT_ERR := $(MUST_NOT_ERR),engine/scoring/scorer.py,engine/scoring/text_scores.py
MUST_NOT_ERR := $(MUST_NOT_ERR),engine/tokenization/reading.py,engine/tokenization/writing/written_forms.py
MUST_NOT_ERR := $(MUST_NOT_ERR),engine/training/state.py

.DEFAULT_GOAL := help
.PHONY: help run install-desktop icons test reliability shuffle coverage mutation lint benchmark screenshots clean

help: ## Say what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | while IFS="$$(printf '\t')" read -r name text; \
	do printf '  make %-16s %s\n' "$$name" "$$text"; done

run: ## Set up once and open the app (in the terminal where there is no display)
	@$(PYTHON) resources/scripts/set_up.py run
	@$(VENV_PYTHON) main.py

install-desktop: ## Put the program into the menu of a Linux desktop (REMOVE=1 takes it out again)
	@$(PYTHON) resources/scripts/set_up.py run
	@$(VENV_PYTHON) resources/scripts/install_desktop.py $(if $(REMOVE),--remove)

test: ## Set up once and run the whole test suite on all cores (PYTEST_ARGS adds to it)
	@$(PYTHON) resources/scripts/set_up.py test
	$(PYTEST) $(PYTEST_ARGS)

reliability: ## Run the tests of what is promised with all their counts, and print the figures
	@$(PYTHON) resources/scripts/set_up.py test
	RNN_TEXT_LAB_FULL=1 PYTHONDONTWRITEBYTECODE= QT_QPA_PLATFORM=offscreen \
	$(VENV_PYTHON) -m pytest tests/integration $(PYTEST_ARGS)

shuffle: ## Run the test suite in a random order (SEED=N repeats one; the run prints its own)
	@$(PYTHON) resources/scripts/set_up.py test
	@seed="$(SEED)"; seed="$${seed:-$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}"; \
	$(PYTEST) -p randomly --randomly-seed=$$seed $(PYTEST_ARGS); code=$$?; \
	echo "To repeat this order: make shuffle SEED=$$seed"; exit $$code

coverage: ## Run the test suite and say which lines and branches it never reaches
	@$(PYTHON) resources/scripts/set_up.py dev
	$(PYTEST) --cov --cov-report= $(PYTEST_ARGS)
	$(VENV_PYTHON) -m coverage report --fail-under=90
	$(VENV_PYTHON) -m coverage report --fail-under=100 --include="$(MUST_NOT_ERR)"

mutation: ## Make small defects in the modules that must not err; count those that tests notice
	@$(PYTHON) resources/scripts/set_up.py test
	$(VENV_PYTHON) -m tests.benchmarks.mutation $(MUTATION_ARGS)

lint: ## Check style, types and who imports whom
	@$(PYTHON) resources/scripts/set_up.py dev
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m ruff format --check .
	$(VENV_PYTHON) -m mypy
	.venv/bin/lint-imports --no-cache

benchmark: ## Measure this machine and print one table (under 3 minutes)
	@$(PYTHON) resources/scripts/set_up.py run
	$(VENV_PYTHON) -m tests.benchmarks $(BENCHMARK_ARGS)

screenshots: ## Take the README's pictures (a minute, on a machine that does nothing else)
	@$(PYTHON) resources/scripts/set_up.py run
	$(VENV_PYTHON) resources/scripts/make_screenshots.py

icons: ## Draw the icon in all its sizes anew
	@$(PYTHON) resources/scripts/set_up.py run
	$(VENV_PYTHON) resources/scripts/make_icons.py

clean: ## Remove .venv and everything that was made from the sources
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
