# What the Docker runtime needs beside LocalStack. Two targets: `tools` builds, deploys and tests; `receiver` shows webhooks.
FROM python:3.13-slim AS base
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends make >/dev/null && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home snapjury && install -d -o snapjury /snapjury /assets
USER snapjury
WORKDIR /snapjury
COPY --chown=snapjury infra/make-environment infra/

FROM base AS receiver
COPY --chown=snapjury layers/dependencies/requirements.txt requirements.txt
RUN infra/make-environment .venv "the receiver" 10 requirements.txt
COPY --chown=snapjury infra infra
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s CMD [".venv/bin/python", "-m", "infra.ports", "8080"]
CMD [".venv/bin/python", "-m", "infra.receiver", "8080"]

FROM base AS tools
COPY --chown=snapjury requirements/sam.txt requirements/
RUN infra/make-environment .venv-sam "the deployment tool" 60 requirements/sam.txt
COPY --chown=snapjury requirements/dev.txt requirements/
COPY --chown=snapjury layers/dependencies layers/dependencies
RUN infra/make-environment .venv "the development tools" 60 requirements/dev.txt layers/dependencies/chalice.txt
COPY --chown=snapjury . .
# The heavy layers come from a cache that outlives the image, so that a change of our code rebuilds in seconds.
RUN mkdir -p .snapjury/build/cpython-313/cache
RUN --mount=type=cache,target=/snapjury/.snapjury/build/cpython-313/cache,uid=1000 \
    .venv/bin/python -m infra.build && .venv/bin/python -m pip install -qq --no-deps --no-build-isolation --editable .
CMD [".venv/bin/python", "-m", "infra.compose"]
