# Everything here works on a machine with Python 3.11, git and make: what is needed besides is installed into .venv.
# What was installed is remembered there, so that nothing reaches for the network when nothing has changed.

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
# The paths are relative, which lets the project lie in a folder with spaces in its name.
VENV_PYTHON := .venv/bin/python
PIP_INSTALL := $(VENV_PYTHON) -m pip install --quiet --disable-pip-version-check --no-input
# The build backend is pinned in requirements/build.txt; with isolation pip would fetch another.
INSTALL_PROJECT := $(PIP_INSTALL) --no-deps --no-build-isolation --editable .

# Not with --quiet: mkdocs would then count no warnings, and --strict would find nothing. The variable is its theme's, whose
# notice about the future of mkdocs would stand in every run.
BUILD_DOCS := NO_MKDOCS_2_WARNING=1 $(VENV_PYTHON) -m mkdocs build --strict

INSTALLED_RUN := .venv/.installed-run
INSTALLED_DEVELOPMENT := .venv/.installed-development
INSTALLED_LOCK := .venv/.installed-lock
INSTALLED_SUPPLY := .venv/.installed-supply

BACKEND ?= stripe
PORT ?= 8080
PYTEST_OPTIONS ?= --numprocesses=auto --dist=worksteal

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

##@ Start here

.PHONY: help
help: ## Show this menu
	@awk 'BEGIN { FS = ":.*## "; print "Usage: make TARGET" } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(INSTALLED_RUN) ## Start the gateway before a simulated provider and print what to try (BACKEND=chargebee, paddle)
	@$(VENV_PYTHON) -m gateway demo --backend $(BACKEND) --port $(PORT)

# The tests start hundreds of processes. Where Python is told to keep nothing that it has compiled, each would compile the
# project anew.
test check: export PYTHONDONTWRITEBYTECODE :=

.PHONY: test
test: $(INSTALLED_DEVELOPMENT) ## Run the tests (PYTEST_OPTIONS="-k pause" for some)
	@$(VENV_PYTHON) -m pytest $(PYTEST_OPTIONS)

##@ Before a commit

.PHONY: check
check: $(INSTALLED_DEVELOPMENT) ## Lint, format, types, import directions, generated files, documents, thorough tests; changes nothing
	@$(VENV_PYTHON) -m ruff check .
	@$(VENV_PYTHON) -m ruff format --check .
	@$(VENV_PYTHON) -m mypy
	@.venv/bin/lint-imports
	@$(VENV_PYTHON) scripts/generate.py --check
	@$(VENV_PYTHON) scripts/lock.py --check
	@$(BUILD_DOCS)
	@$(VENV_PYTHON) -m pytest $(PYTEST_OPTIONS) --quiet -m thorough

.PHONY: format
format: $(INSTALLED_DEVELOPMENT) ## Format the code and fix what can be fixed safely
	@$(VENV_PYTHON) -m ruff check --fix .
	@$(VENV_PYTHON) -m ruff format .

.PHONY: generate
generate: $(INSTALLED_DEVELOPMENT) ## Write the generated files anew
	@$(VENV_PYTHON) scripts/generate.py

.PHONY: docs
docs: $(INSTALLED_DEVELOPMENT) ## Build the documentation as a site in build/site
	@$(BUILD_DOCS)

##@ Now and then

.PHONY: setup
setup: $(INSTALLED_DEVELOPMENT) ## Install everything for development into .venv

.PHONY: lock
lock: $(INSTALLED_LOCK) ## Pin the dependencies of pyproject.toml in requirements/ (LOCK_OPTIONS=--upgrade)
	@$(VENV_PYTHON) scripts/lock.py $(LOCK_OPTIONS)

# The other files have no pins of their own. Without --strict what could not be looked up would be passed over.
.PHONY: audit
audit: $(INSTALLED_SUPPLY) ## Look for known vulnerabilities in what is pinned (asks the network)
	@$(VENV_PYTHON) -m pip_audit --strict --disable-pip --require-hashes --progress-spinner=off \
		--requirement=requirements/dev.txt --requirement=requirements/lock.txt --requirement=requirements/supply.txt

# Requirements have no graph, of which the tool warns.
.PHONY: sbom
sbom: $(INSTALLED_SUPPLY) ## List what the image is made of in build/sbom.cdx.json (CycloneDX)
	@mkdir -p build
	@$(VENV_PYTHON) -W ignore::UserWarning -m cyclonedx_py requirements requirements/image.txt \
		--pyproject=pyproject.toml --output-reproducible --output-file=build/sbom.cdx.json

.PHONY: bench
bench: $(INSTALLED_DEVELOPMENT) ## Measure the gateway: throughput, dead providers, memory
	@$(VENV_PYTHON) -m benchmarks

.PHONY: clean
clean: ## Remove .venv, caches and everything built
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name .git -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV_PYTHON):
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo 'Python 3.11 or newer is needed; "$(PYTHON)" is not it. Name another: make PYTHON=/path/to/python3' >&2; exit 1; }
	@echo 'Setting up .venv ...' >&2
	@"$(PYTHON)" -m venv --clear .venv

$(INSTALLED_RUN): requirements/run.txt requirements/build.txt pyproject.toml | $(VENV_PYTHON)
	@echo 'Installing what the gateway needs ...' >&2
	@$(PIP_INSTALL) --require-hashes -r requirements/run.txt -r requirements/build.txt
	@$(INSTALL_PROJECT)
	@touch $@

$(INSTALLED_DEVELOPMENT): requirements/dev.txt pyproject.toml | $(VENV_PYTHON)
	@echo 'Installing what the gateway, its tests and its checks need ...' >&2
	@$(PIP_INSTALL) --require-hashes -r requirements/dev.txt
	@$(INSTALL_PROJECT)
	@touch $(INSTALLED_RUN) $@

$(INSTALLED_LOCK): requirements/lock.txt | $(VENV_PYTHON)
	@$(PIP_INSTALL) --require-hashes -r requirements/lock.txt
	@touch $@

$(INSTALLED_SUPPLY): requirements/supply.txt | $(VENV_PYTHON)
	@$(PIP_INSTALL) --require-hashes -r requirements/supply.txt
	@touch $@
