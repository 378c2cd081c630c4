# The commands that people type; `make help` lists them.

EXTENSION = auth auth_directus
EXTVERSION = $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" auth.control)
DATA = $(EXTENSION:%=%--$(EXTVERSION).sql)

MODULE_big = auth
OBJS = $(patsubst %.c,%.o,$(wildcard src/*.c src/*/*.c))
# Not SHLIB_LINK += ...: pgxs.mk has its own use for the variable.
SHLIB_LINK = $(shell pkg-config --libs libsodium)
PG_CPPFLAGS = -Isrc $(shell pkg-config --cflags libsodium)
# SQL functions, hooks and callbacks have parameters that they do not need.
PG_CFLAGS = -Wall -Wextra -Wno-unused-parameter

REGRESS = $(patsubst sql/%.sql,%,$(sort $(wildcard sql/*.sql)))
# pg_regress does not know CASCADE, so what is required is named first.
REGRESS_OPTS = --load-extension=pgcrypto --load-extension=auth
ISOLATION = $(patsubst test/isolation/specs/%.spec,%,$(sort $(wildcard test/isolation/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test/isolation --load-extension=pgcrypto --load-extension=auth

EXTRA_CLEAN = results output_iso tmp_check test/unit/bin bench/bin node_modules/.package-lock-of-last-install

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
# Without PostgreSQL's headers `make run` and `make test` still work: they install them.
ifneq ($(PGXS),)
include $(PGXS)
# A changed header changes every object; there are few enough.
$(OBJS): $(wildcard src/*/*.h)
endif

.PHONY: reference run test test-unit test-sql test-http test-cluster test-directus test-browser bench packages lint format dist help

run: packages ## start the whole stack with sample data and an example site (FRONTEND=nextjs), and print a first session
	@FRONTEND=$(FRONTEND) exec node tools/run.mjs

test: ## run every suite on throwaway servers (installs what is missing)
	@tools/test

test-unit: packages ## the parts that need no PostgreSQL: tokens, cookies, e-mail addresses
	@tools/test unit

test-sql: packages ## pg_regress and the isolation tests (one file: REGRESS=login ISOLATION=)
	@tools/test sql

test-http: packages ## real PostgREST (one file: FILES=test/http/life.test.mjs)
	@tools/test http $(FILES)

test-cluster: packages ## whole clusters: dump, restore, install, the stack tool (one file: FILES=test/cluster/dump.test.mjs)
	@tools/test cluster $(FILES)

test-directus: packages ## Directus' surface behind real nginx (one file: FILES=test/directus/items.test.mjs)
	@tools/test directus $(FILES)

test-browser: packages ## the example sites in a real browser (one: FRONTEND=astro; one file: FILES=test/browser/life.test.mjs)
	@FRONTEND=$(FRONTEND) tools/test browser $(FILES)

bench: packages ## the figures of the README, as ratios measured in one run (some: ONLY=storm,uid; in short: QUICK=1)
	@exec node bench/bench.mjs

packages:
	@tools/packages

lint: ## formatting, warnings as errors, static analysis, and the rules of CONTRIBUTING.md
	@tools/lint

reference: packages ## write docs/reference.md from the COMMENTs and settings
	@node tools/reference.mjs

format: ## format the C sources
	@clang-format -i src/*.c src/*/*.[ch] test/unit/*.c bench/*.c

dist: ## make auth-VERSION.zip of what is committed
	@git archive --prefix=auth-$(EXTVERSION)/ -o auth-$(EXTVERSION).zip HEAD

help: ## show this list
	@echo 'make               build the extensions'
	@echo 'make install       install them into the PostgreSQL of pg_config (PG_CONFIG=/path/to/pg_config for another)'
	@echo 'make installcheck  test the installed extension on the running server that PGHOST and PGPORT name'
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | awk -F '\t' '{ printf "make %-13s %s\n", $$1, $$2 }'
