PYTHON ?= python3.11
BIN := .venv/bin
DATA := data
BORDERS := $(DATA)/boundaries/boundaries.id
SIMULATED := $(DATA)/published/simulated/current

.PHONY: setup run test bench lint audit clean

# Everything on a fresh machine: the app's packages, those of the tests, a Chromium, a PostgreSQL, a Java.
setup: $(BIN)/.ready $(BIN)/.ready-dev

$(BIN)/.ready: requirements.txt deploy/venv.sh
	sh deploy/venv.sh $(PYTHON) .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(BIN)/.ready-dev: requirements-dev.txt deploy/chromium.sh deploy/postgres.sh deploy/java.sh deploy/nginx.sh $(BIN)/.ready
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
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
	GANDAN_DATA=$(DATA) $(BIN)/streamlit run app.py

test: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest -n 2 --dist loadfile

bench: setup $(SIMULATED)
	$(BIN)/python -m bench

lint: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Known vulnerabilities of what is installed; needs the internet (docs/dependencies.md).
audit: $(BIN)/.ready
	sh deploy/venv.sh $(PYTHON) .venv-audit
	.venv-audit/bin/pip install --quiet --disable-pip-version-check "pip-audit>=2.9,<3"
	.venv-audit/bin/pip-audit --strict --path .venv/lib/python3.11/site-packages

clean:
	rm -rf .venv .venv-audit $(DATA)/published/simulated .pytest_cache .ruff_cache
