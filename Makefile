# Two commands: `make app` and `make test`. Windows without make: see README.md.
PYTHON ?= python3
PORT ?= 8501
HOST ?= 127.0.0.1
VENV_PYTHON := .venv/bin/python

.PHONY: app setup setup-test setup-cluster setup-serve setup-deep test test-deep lint benchmark benchmark-density benchmark-siting build-geodata clean

app: setup
	$(VENV_PYTHON) scripts/start.py --server.port $(PORT) --server.address $(HOST)

setup:
	@$(PYTHON) scripts/setup.py

setup-test:
	@$(PYTHON) scripts/setup.py --test

setup-cluster:
	@$(PYTHON) scripts/setup.py --cluster

setup-serve:
	@$(PYTHON) scripts/setup.py --serve

setup-deep:
	@$(PYTHON) scripts/setup.py --deep

test: setup-test lint
	$(VENV_PYTHON) -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not deep and not benchmark" --cov --cov-fail-under=95

test-deep: setup-deep
	HYPOTHESIS_PROFILE=deep $(VENV_PYTHON) -m pytest -n 2 --dist worksteal -m "property or deep"

lint:
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m ruff format --check .
	$(VENV_PYTHON) -m mypy

benchmark: setup-test
	$(VENV_PYTHON) benchmarks/map_ready.py
	$(VENV_PYTHON) benchmarks/draw_area.py
	$(VENV_PYTHON) benchmarks/geojson_export.py
	$(VENV_PYTHON) benchmarks/table_import.py

benchmark-density: setup-test
	$(VENV_PYTHON) benchmarks/density

benchmark-siting: setup-test
	$(VENV_PYTHON) benchmarks/siting.py

build-geodata: setup-test
	$(VENV_PYTHON) geodata/build/build_all.py

clean:
	rm -rf .venv .venv-ogcapi node_modules tests/clients/node_modules static/vendor
