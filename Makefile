# Everything a person or CI does here. `make help` lists it.

# The API's port and the embedded runtime's webhook receiver: make server PORT=4570 RECEIVER_PORT=4571
PORT ?= 4566
RECEIVER_PORT ?= 4567
export PORT RECEIVER_PORT PYTHON

# Where the system runs: in containers on LocalStack if a Docker engine with Compose answers, else embedded, on Python alone.
RUNTIME ?= $(shell docker info >/dev/null 2>&1 && docker compose version >/dev/null 2>&1 && echo docker || echo embedded)

ifeq ($(filter $(RUNTIME),docker embedded),)
$(error RUNTIME=$(RUNTIME) is not a runtime: docker or embedded)
endif

DEV := .venv/.project
MINISTACK := .venv-ministack/.complete
SAM := .venv-sam/.complete
BENCH := .venv-bench/.complete
FUZZ := .venv-fuzz/.complete
RUN := .venv/bin/python -m
TESTS := -n auto tests/unit tests/contract tests/integration

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help server deploy-local dev scale logs test test-e2e check audit format setup lock clean openapi fuzz bench

help: ## show this list
	@echo "Runtime: $(RUNTIME) (make RUNTIME=docker ..., make RUNTIME=embedded ...)"
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile infra/$(RUNTIME).mk

include infra/$(RUNTIME).mk

check: $(DEV) $(SAM) ## what must hold before a commit: format, lint, types, template, packages, fast tests (needs Python)
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .
	@$(RUN) mypy
	@$(RUN) mypy --explicit-package-bases functions
	@for each in template.yaml monitoring.yaml; do env -u AWS_PROFILE AWS_DEFAULT_REGION=us-east-1 SAM_CLI_TELEMETRY=0 \
		.venv-sam/bin/python -m samcli validate --lint --template-file $$each || exit 1; done
	@$(RUN) infra.audit --offline-ok
	@$(RUN) pytest $(TESTS)

audit: $(DEV) ## look up the pinned packages among the known vulnerabilities (needs Python and a network)
	@$(RUN) infra.audit

format: $(DEV) ## let ruff format the code and fix what it can
	@$(RUN) ruff format .
	@$(RUN) ruff check --fix .

openapi: $(DEV) ## write docs/openapi.yaml, and what the API serves, from the code's types
	@$(RUN) infra.openapi

fuzz: setup $(FUZZ) ## 10,000 requests that schemathesis makes up, to a system of its own (needs Python)
	@$(RUN) infra.fuzz

bench: $(DEV) $(MINISTACK) $(SAM) $(BENCH) ## measure cost, speed and scale into docs/bench.json and plots (needs Python; minutes)
	@$(RUN) benchmarks.bench $(BENCH_OPTIONS)

setup: $(DEV) $(MINISTACK) $(SAM) ## install everything that the other commands need (they do it themselves)

lock: ## pin the newest versions that requirements/ and layers/ allow
	@infra/lock

clean: ## delete the environments, the builds and the local server's data
	rm -rf .venv .venv-ministack .venv-sam .venv-fuzz .venv-bench .venv-lock .aws-sam .snapjury
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis

# This project itself, as it lies here. What builds it is among the development tools.
$(DEV): .venv/.complete pyproject.toml
	@$(RUN) pip install --disable-pip-version-check -qq --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.complete: requirements/dev.txt layers/dependencies/chalice.txt
	@infra/make-environment .venv "the development tools" 30 requirements/dev.txt layers/dependencies/chalice.txt

$(MINISTACK): requirements/ministack.txt
	@infra/make-environment .venv-ministack "the emulator" 20 requirements/ministack.txt

$(SAM): requirements/sam.txt
	@infra/make-environment .venv-sam "the deployment tool" 30 requirements/sam.txt

$(FUZZ): requirements/fuzz.txt
	@infra/make-environment .venv-fuzz "the fuzzer" 20 requirements/fuzz.txt

$(BENCH): requirements/bench.txt
	@infra/make-environment .venv-bench "what the benchmarks need" 60 requirements/bench.txt
