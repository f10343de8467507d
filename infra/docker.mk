# The commands of the Docker runtime: LocalStack and our images. Nothing but make and Docker is needed.

COMPOSE := docker compose
IN_TOOLS := $(COMPOSE) run --rm --no-deps deploy .venv/bin/python -m

# The end-to-end tests have containers, volumes and a port of their own, so that a running system is left alone. The
# receiver is of no use to them: what is tried is that its container starts.
E2E := COMPOSE_PROJECT_NAME=snapjury-e2e PORT=0 $(COMPOSE)

server: ## run the whole system here; Ctrl-C stops it
	@infra/serve-in-containers

deploy-local: ## build the current code and deploy it to the running server
	@$(COMPOSE) build --quiet deploy
	@$(COMPOSE) run --rm --no-deps deploy

dev: ## make each saved change live on the running server
	@$(COMPOSE) -f docker-compose.yml -f docker-compose.dev.yml run --rm --build --no-deps dev

scale: ## let so many validations run at once on the running server: make scale WORKERS=5
	@$(IN_TOOLS) infra.scale $(WORKERS)

logs: ## follow what all functions of the running server log
	@$(IN_TOOLS) infra.logs

test: ## fast tests: rules, services, adapters; needs no server
	@$(COMPOSE) build --quiet tests
	@$(COMPOSE) run --rm --no-deps tests

test-e2e: ## tests of a whole deployed system, which they start themselves on free ports
	@$(E2E) build --quiet tests receiver
	@$(E2E) up --detach --wait localstack receiver && \
	$(E2E) run --rm --no-deps tests .venv/bin/python -m pytest tests/e2e tests/browser; code=$$?; \
	$(E2E) down --volumes --timeout 5 2>/dev/null; exit $$code

soak: ## what it is on the embedded runtime, where it can kill functions: make soak RUNTIME=embedded
	@echo "The soak kills functions' processes, which are not ours in containers: make soak RUNTIME=embedded"; exit 1
