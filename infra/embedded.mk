# The commands of the embedded runtime: MiniStack, on Python alone.

server: setup ## run the whole system here; Ctrl-C stops it
	@$(RUN) infra.server

deploy-local: setup ## build the current code and deploy it to the running server
	@$(RUN) infra.deploy

dev: setup ## make each saved change live on the running server
	@$(RUN) infra.dev

scale: setup ## let so many validations run at once on the running server: make scale WORKERS=5
	@$(RUN) infra.scale $(WORKERS)

logs: setup ## follow what all functions of the running server log
	@$(RUN) infra.logs

test: $(DEV) ## fast tests: rules, services, adapters; needs no server
	@$(RUN) pytest $(TESTS)

test-e2e: setup ## tests of a whole deployed system, which they start themselves on free ports
	@$(RUN) pytest -n 3 --dist loadfile --durations 12 tests/e2e tests/browser

soak: setup ## half an hour of mixed load with faults on a system of its own, then whether all adds up: make soak MINUTES=3
	@$(RUN) tests.soak --minutes $(MINUTES)
