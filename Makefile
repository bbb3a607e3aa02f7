# One front door: `make` lists what it can do.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: help
help: ## List what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: install ## Walk through a sample week: feeds in, a site and a letter out
	@$(BIN)/byline demo

.PHONY: install
install: $(VENV)/installed ## Make .venv with the command byline in it

.PHONY: test
test: $(VENV)/developing ## Run the tests, but for those that take long
	$(BIN)/pytest -n 4 --dist worksteal -m "not long"

.PHONY: test-long
test-long: $(VENV)/developing ## Run those that take long: browsers, whole builds, workers, kills
	$(BIN)/pytest -n 3 --dist worksteal -m long

.PHONY: test-all
test-all: $(VENV)/developing ## Run all tests
	$(BIN)/pytest -n 3 --dist worksteal $(ADD)

.PHONY: cover
cover: $(VENV)/developing ## Run it, and say which lines no test reaches (a fifth slower)
	$(BIN)/pytest -n 2 --cov --cov-report=term-missing

.PHONY: gates
gates: $(VENV)/developing ## Look at format, lint, types, layers and sizes
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q -p no:randomly tests/test_house.py tests/test_docs.py

.PHONY: check
check: gates test-all ## All that a change must pass

.PHONY: site
site: install ## Build this repository's own site into site/
	$(BIN)/byline publish --strict

.PHONY: pictures
pictures: $(VENV)/developing ## Take the pictures of the README anew (needs Debian's chromium)
	$(BIN)/python bench/pictures docs/pictures

.PHONY: audit
audit: $(VENV)/auditing bench/audit/node_modules ## Judge this repository's own site by the tools of others (needs npm, java, chromium)
	$(BIN)/python bench/audit $(ONLY:%=--only %)

.PHONY: lock
lock: ## Write the locked requirements anew (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		pyproject.toml requirements/build.in -o requirements/run.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		pyproject.toml requirements/build.in --extra worker -c requirements/run.txt -o requirements/worker.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		pyproject.toml requirements/build.in --group dev -c requirements/run.txt -o requirements/dev.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--group audit -c requirements/dev.txt -o requirements/audit.txt

	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--group release -c requirements/dev.txt -o requirements/release.txt

.PHONY: workflows
workflows: $(VENV)/releasing ## Look for faults in workflows, ours and those of `byline init` (zizmor)
	$(BIN)/zizmor --offline --no-progress --persona=pedantic .github/workflows pipeline/starter/workflows/github/*.yml pipeline/starter/workflows/forgejo/*.yml

.PHONY: dist
dist: $(VENV)/installed ## Build wheel and sdist into dist/, the same bytes each time
	rm -rf dist
	$(BIN)/hatchling build -d dist -t sdist -t wheel

.PHONY: sbom
sbom: $(VENV)/releasing ## Write what Byline and what its image consist of into dist/ (CycloneDX)
	mkdir -p dist
	@for part in byline:run byline-image:worker; do \
		$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --mc-type application --output-reproducible \
		--spec-version 1.6 -o dist/$${part%:*}.cdx.json requirements/$${part#*:}.txt || exit 1; \
	done

.PHONY: tagged
tagged: ## See that the tag in TAG names the version that is built
	@version="v$$(sed -n 's/^__version__ = "\(.*\)"$$/\1/p' pipeline/__init__.py)"; [ "$$TAG" = "$$version" ] \
		|| { echo "The tag is $$TAG and the version $$version: change one of them, and tag again." >&2; exit 1; }

.PHONY: audit-packages
audit-packages: $(VENV)/releasing ## Ask the advisory database about each package in the locks (needs the web)
	@for lock in run worker dev audit release; do \
		$(BIN)/pip-audit --disable-pip --require-hashes --progress-spinner off -r requirements/$$lock.txt \
		|| { echo "requirements/$$lock.txt: a package has an advisory, as shown above, or the service could not be asked." \
		"Nothing is known of advisories where it was not."; failed=1; }; \
	done; exit $${failed:-0}

.PHONY: clean
clean: ## Remove what was built, the virtual environment too
	rm -rf $(VENV) bench/audit/node_modules build dist site .byline .coverage htmlcov .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# The locks name every package, so nothing is looked for beside them, and each is checked against its hash; our own is then
# installed without asking any index.
$(VENV)/installed: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) install --no-deps --require-hashes -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/developing: requirements/dev.txt $(VENV)/installed
	$(PIP) install --no-deps --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/auditing: requirements/audit.txt $(VENV)/developing
	$(PIP) install --no-deps --require-hashes -r requirements/audit.txt
	@touch $@

$(VENV)/releasing: requirements/release.txt $(VENV)/installed
	$(PIP) install --no-deps --require-hashes -r requirements/release.txt
	@touch $@

bench/audit/node_modules: bench/audit/package-lock.json
	cd bench/audit && npm ci
	@touch $@
