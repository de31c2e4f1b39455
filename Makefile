# make alone prints this list. Everything lives in .venv; nothing else is needed but Python 3.11+.
PYTHON ?= python3
BIN := .venv/bin
MKDOCS := NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs  # the theme's notice of what comes in 2027

.PHONY: help demo test check docs torture bench dot clean
help:  ## print the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 10

demo: $(BIN)/treemeta  ## grow a tree on two conflicting questions, see whether it pays, draw it (2 minutes on 2 cores)
	$(BIN)/treemeta compare --config registry/experiments/demo.toml --seeds 1 --arms joint,joint-equal-compute,tree
	$(BIN)/treemeta tree show latest --routes
	$(BIN)/treemeta tree export latest --output tree.svg
	@echo && $(BIN)/treemeta report latest
	@echo && echo "the drawing is tree.svg; open file://$(CURDIR)/report.html, or in MLflow:  $(BIN)/treemeta ui"

test: $(BIN)/pytest dot  ## run the tests
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses=auto --maxprocesses=4

# Not --quiet: mkdocs then drops the warnings that --strict is to fail on.
check: $(BIN)/pytest  ## formatting, lint, types, layers, documentation
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MKDOCS) build --strict

docs: $(BIN)/pytest  ## serve the documentation on http://127.0.0.1:8000
	$(MKDOCS) serve

torture: $(BIN)/pytest  ## kill, tear, fill and flip what a registry holds (an hour or two on 2 cores)
	$(BIN)/python -m tests.torture

bench: $(BIN)/pytest  ## measure speed and memory (20 minutes on 2 quiet cores)
	$(BIN)/python -m benchmarks

# Graphviz' dot draws trees --plain and those of several; everything else works without it.
dot:
	@command -v dot >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	    { apt-get install -y -qq graphviz >/dev/null 2>&1 || \
	      { apt-get update -qq && apt-get install -y -qq graphviz; } >/dev/null 2>&1; }; } || \
	  { command -v brew >/dev/null && brew install -q graphviz; } || \
	  echo "install graphviz for plain drawings of trees (apt install graphviz, brew install graphviz)"

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv || { rm -rf .venv; echo "no venv: on Debian, apt install python3-venv"; exit 1; }

$(BIN)/treemeta: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet -e .
	@touch $@

$(BIN)/pytest: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet -e '.[dev]'
	@touch $@ $(BIN)/treemeta

clean:  ## remove .venv (never the registry)
	rm -rf .venv
