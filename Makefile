# Python 3.11 to 3.13: the newest that is found, or `make PYTHON=python3.12`. The port: `make run PORT=8600`.
PYTHON ?=
PYTHON_CHECK ?=
PORT ?=
# `make EXTRA=postgres …`: with the driver of PostgreSQL, where visits lie in one.
EXTRA ?=
RUNS := requirements$(if $(EXTRA),-$(EXTRA)).lock.txt
BIN := .venv/bin
DATA := data
BORDERS := $(DATA)/boundaries/boundaries.id
SIMULATED := $(DATA)/published/simulated/current
# Files go to the workers in the order of tests/longest.py, not by how many tests they have.
SUITE := -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# One thread of numpy's library: on two cores its threads wait for each other, at twice the processor time.
export OPENBLAS_NUM_THREADS ?= 1

# Named where .venv is missing, its Python has gone from the machine, or PYTHON asks for another version.
AGAIN := $(shell sh deploy/venv.sh --fits .venv $(PYTHON) || echo FORCE)

.PHONY: setup run test fuzz check check-slow check-python bench lint lock audit bom clean FORCE

# Everything on a fresh machine: the app's packages, those of the tests, a Chromium, a PostgreSQL, a Java.
setup: $(BIN)/.ready $(BIN)/.ready-dev

$(BIN)/.ready: $(RUNS) deploy/venv.sh deploy/packages.sh $(AGAIN)
	sh deploy/venv.sh .venv $(PYTHON)
	sh deploy/packages.sh .venv $(RUNS)
	$(BIN)/python -m web.packed
	@touch $@

$(BIN)/.ready-dev: requirements-dev.lock.txt deploy/chromium.sh deploy/postgres.sh deploy/java.sh deploy/nginx.sh $(BIN)/.ready
	sh deploy/packages.sh .venv requirements-dev.lock.txt
	sh deploy/chromium.sh $(BIN)
	sh deploy/postgres.sh
	sh deploy/java.sh
	sh deploy/nginx.sh
	@touch $@

$(SIMULATED): | $(BIN)/.ready
	$(BIN)/python -m etl simulate --data $(DATA)

$(BORDERS): | $(BIN)/.ready
	$(BIN)/python -m etl boundaries --if-missing --data $(DATA)

run: $(BIN)/.ready $(SIMULATED) $(BORDERS)
	GANDAN_DATA=$(DATA) $(BIN)/streamlit run app.py $(if $(PORT),--server.port $(PORT))

test: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python $(SUITE) -m "not slow"

# The properties with other draws each time, and many more of them, than `make test` takes.
fuzz: setup
	$(BIN)/python $(SUITE) -m hypothesis --hypothesis-profile fuzz

# Before a release: the tests, and what takes too long for every change.
check: test check-slow check-python

# What `make test` leaves out: Spark, the whole country, most benchmarks.
check-slow: setup tests/provider/node_modules/.ready
	$(BIN)/python $(SUITE) -m slow

# The certified identity provider, for `make check` alone: nothing else needs a Node.
tests/provider/node_modules/.ready: tests/provider/package-lock.json deploy/node.sh
	sh deploy/node.sh
	@mkdir -p $(@D) && touch $@

# The tests on another Python: the newest other one that is found, or `make check-python PYTHON_CHECK=python3.11`.
check-python: setup
	sh deploy/venv.sh --other-than .venv .venv-check $(PYTHON_CHECK)
	sh deploy/packages.sh .venv-check requirements-dev.lock.txt
	POLARS_MAX_THREADS=2 .venv-check/bin/python $(SUITE)

bench: setup $(SIMULATED)
	$(BIN)/python -m bench

lint: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The lock files, from the ranges in requirements.txt and requirements-dev.txt: what is locked stays where it fits;
# `make lock NEWEST=--upgrade` takes the newest that fits. One lock for all Pythons and systems.
LOCK := .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --custom-compile-command "make lock" $(NEWEST)
lock:
	sh deploy/venv.sh .venv-lock $(PYTHON)
	.venv-lock/bin/pip install --quiet --disable-pip-version-check "uv>=0.13,<0.14"
	$(LOCK) requirements.txt --output-file requirements.lock.txt
	$(LOCK) --constraints requirements.lock.txt requirements-postgres.txt --output-file requirements-postgres.lock.txt
	$(LOCK) --constraints requirements.lock.txt requirements-dev.txt --output-file requirements-dev.lock.txt

# Known vulnerabilities of what is installed; needs the internet (docs/dependencies.md).
audit: $(BIN)/.ready
	sh deploy/venv.sh .venv-audit $(PYTHON)
	.venv-audit/bin/pip install --quiet --disable-pip-version-check "pip-audit>=2.9,<3"
	.venv-audit/bin/pip-audit --strict --path $$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')

# The bill of materials of what runs, docs/bom.cdx.json, from the lock (docs/dependencies.md).
bom:
	sh deploy/venv.sh .venv-run $(PYTHON)
	.venv-run/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock.txt
	sh deploy/venv.sh .venv-bom $(PYTHON)
	.venv-bom/bin/pip install --quiet --disable-pip-version-check "cyclonedx-bom>=7.5,<8"
	.venv-bom/bin/cyclonedx-py environment --output-reproducible --short-PURLs .venv-run/bin/python -o .venv-bom/found.json
	.venv-bom/bin/python deploy/bom.py .venv-bom/found.json requirements.lock.txt > docs/bom.cdx.json

clean:
	rm -rf .venv .venv-audit .venv-bom .venv-check .venv-lock .venv-run $(DATA)/published/simulated .pytest_cache .ruff_cache
