# make demo   install, build, load real data, run agents on paper, show the result
# make test   every test; sets up what is missing first
# make up     everything built, migrated and running; prints the analyst's connection string
# make help   the rest

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

server := docker/server.sh
base = $(shell $(server) base)
pg_config = $(shell $(server) pg_config)
bellwether := .build/release/bellwether
ROLE ?= analyst

# ---- for everybody --------------------------------------------------------

.PHONY: help demo test up down clean dsn bench lint docs test-long
help: ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: up ## the whole path on real data, paper only
	@demo/run.sh

up: installed tenant ## build, migrate and start everything; the last line is the analyst's dsn
	@docker/processes.sh up
	@$(server) dsn analyst

down: ## stop the worker and the server of this checkout
	@docker/processes.sh down
	@$(server) down

clean: ## remove the server, its data, the model and everything built
	@$(server) clean
	@rm -rf .build .bellwether
	@$(MAKE) -C extension -s clean with_llvm=no > /dev/null 2>&1 || rm -f extension/*.so extension/src/*.[od] extension/src/*/*.[od]

dsn: ## connection string; ROLE=analyst|reader|gateway|worker|owner|admin
	@$(server) dsn $(ROLE)

test: installed tests ## every test
test-long: installed ## the long drills
	@docker/packages.sh test
	@$(server) up
	@docker/test.sh long

bench: installed ## measure against the named baselines
	@docker/bench.sh

docs: installed tenant ## write the pages that are made from the code
	@for page in reference http_reference graph_reference cypher_reference; do \
		docs/$$page.sh "$$($(server) dsn admin)"; done
	@docs/commands_reference.sh
	@docs/query_errors.sh

# ---- what they need ---------------------------------------------------------

.PHONY: packages server extension build model web migrate installed tenant tests
packages:
	@docker/packages.sh database worker build

server: packages
	@$(server) up

extension: server
	@$(MAKE) -C extension -s with_llvm=no PG_CONFIG=$(pg_config) all > /dev/null
	@$(MAKE) -C extension -s with_llvm=no PG_CONFIG=$(pg_config) install > /dev/null

build: packages
	@docker/build.sh release

model: packages
	@docker/model.sh

migrate: server extension build
	@$(bellwether) migrate --log-level warning --database "$$($(server) dsn admin)"

installed: migrate model web

web: packages
	@docker/web.sh

tenant: migrate
	@psql -Xq -v ON_ERROR_STOP=1 -f demo/tenant.sql "$$($(server) dsn admin)"

tests:
	@docker/packages.sh test
	@$(server) up
	@docker/test.sh

# ---- style --------------------------------------------------------------------

lint: ## formatters and linters, Swift, C, SQL, shell, words
	@docker/packages.sh build test
	@docker/lint.sh
