# Everything a person or CI does here. `make help` lists it.

# The API's port and the webhook receiver's: make server PORT=4570 RECEIVER_PORT=4571
PORT ?= 4566
RECEIVER_PORT ?= 4567
export PORT RECEIVER_PORT PYTHON

# A person's own AWS account and proxy are no part of what happens here: everything runs on this machine.
unexport AWS_PROFILE AWS_DEFAULT_PROFILE AWS_ENDPOINT_URL AWS_SESSION_TOKEN
export AWS_CONFIG_FILE := /dev/null
export AWS_SHARED_CREDENTIALS_FILE := /dev/null
export NO_PROXY := localhost,127.0.0.1,$(NO_PROXY)
export no_proxy := $(NO_PROXY)

DEV := .venv/.project
MINISTACK := .venv-ministack/.complete
SAM := .venv-sam/.complete
RUN := .venv/bin/python -m

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help server deploy-local test test-e2e check format setup lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

server: setup ## run the whole system here; Ctrl-C stops it, its data stays
	@$(RUN) infra.server

deploy-local: setup ## build the current code and deploy it to the running server
	@$(RUN) infra.deploy

test: $(DEV) ## fast tests: rules, services, adapters; needs no server
	@$(RUN) pytest tests/unit tests/contract tests/integration

test-e2e: setup ## tests of a whole deployed system, which they start themselves on free ports
	@$(RUN) pytest tests/e2e

check: $(DEV) $(SAM) ## what must hold before a commit: format, lint, types, template, fast tests
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .
	@$(RUN) mypy
	@$(RUN) mypy --explicit-package-bases functions
	@AWS_DEFAULT_REGION=us-east-1 SAM_CLI_TELEMETRY=0 .venv-sam/bin/python -m samcli validate --lint
	@$(MAKE) --no-print-directory test

format: $(DEV) ## let ruff format the code and fix what it can
	@$(RUN) ruff format .
	@$(RUN) ruff check --fix .

setup: $(DEV) $(MINISTACK) $(SAM) ## install everything that the other commands need (they do it themselves)

lock: ## pin the newest versions that requirements/ and layers/ allow
	@infra/lock

clean: ## delete the environments, the builds and the local server's data
	rm -rf .venv .venv-ministack .venv-sam .venv-lock .aws-sam .snapjury
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
