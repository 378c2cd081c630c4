# The commands that people type; `make help` lists them.

EXTENSION = auth auth_directus
EXTVERSION = $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" auth.control)
# the scripts that install this version, and those that update an older one
DATA = $(sort auth--$(EXTVERSION).sql $(wildcard auth--*.sql auth_directus--*--*.sql))
# the script of auth_directus is made of parts
DATA_built = auth_directus--$(shell sed -n "s/^default_version = '\(.*\)'/\1/p" auth_directus.control).sql

MODULE_big = auth
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c src/*/*.c)))
# Not SHLIB_LINK += ...: pgxs.mk uses the variable itself.
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
$(OBJS): $(wildcard src/*.h src/*/*.h)
# in the order of their numbers, in which a reader wants them
$(DATA_built): $(sort $(wildcard directus/*.sql))
	cat $^ >$@
endif

.PHONY: run test test-unit test-sql test-http test-cluster test-directus test-browser test-sanitize test-assert test-deb shell deb bench lint reference format dist help

run: ## start the whole stack with sample data and an example site (FRONTEND=nextjs for another), and print a first session to paste
	@tools/packages run
	@FRONTEND=$(FRONTEND) exec node tools/run.mjs

# PG=18: on another major version than this system's, in a tree of the release of Debian that brings it
ON = $(if $(PG),tools/on-postgres $(PG))

test: ## run every suite on throwaway servers, and install missing packages first (on another PostgreSQL: PG=17, also for the suites below)
	@$(ON) tools/test

test-unit: ## test the parts that need no PostgreSQL: tokens, cookies, e-mail addresses
	@$(ON) tools/test unit

test-sql: ## run pg_regress and the isolation tests (one file: REGRESS=login ISOLATION=)
	@$(ON) tools/test sql

test-http: ## test through a real PostgREST (one file: FILES=test/http/life.test.mjs)
	@$(ON) tools/test http $(FILES)

test-cluster: ## test whole clusters: dump, restore, install, the stack tool (one file: FILES=test/cluster/dump.test.mjs)
	@$(ON) tools/test cluster $(FILES)

test-directus: ## test the Directus API through a real nginx (one file: FILES=test/directus/items.test.mjs)
	@$(ON) tools/test directus $(FILES)

test-sanitize: ## run the SQL, isolation and HTTP tests with the extension under AddressSanitizer and UBSan
	@$(ON) tools/sanitize

# not every release's archive has the source package of the server that it has
test-assert: ## run the same tests on a PostgreSQL 18 built with assertions from Debian's source package
	@tools/on-postgres $(or $(PG),18) tools/with-assertions tools/test sql,http

test-browser: ## test the example sites in a real browser (one site: FRONTEND=astro; one file: FILES=test/browser/life.test.mjs)
	@FRONTEND=$(FRONTEND) $(ON) tools/test browser $(FILES)

shell: ## start a stack and open a shell, with psql and the environment that CONTRIBUTING.md describes
	@tools/packages run
	@node tools/stack.mjs --http $${SHELL:-bash}

bench: ## run the benchmarks of docs/performance.md (some of them: ONLY=storm,uid; shorter: QUICK=1)
	@tools/packages bench
	@exec node bench/bench.mjs

lint: ## check formatting, compiler warnings, static analysis, and the rules of CONTRIBUTING.md
	@tools/lint

reference: ## generate docs/reference.md from the COMMENTs and settings
	@tools/packages run
	@node tools/reference.mjs

format: ## format the C sources
	@clang-format -i $(wildcard src/*.[ch] src/*/*.[ch]) test/unit/*.c bench/*.c

deb: ## build Debian packages for each PostgreSQL whose headers are installed (in a tree of another Debian release: PG=17)
	@SHARED_DIRECTORY=$(CURDIR) $(ON) tools/deb

test-deb: ## build the Debian package, and install, use and remove it in a clean Debian
	@tools/test-deb

dist: ## make auth-VERSION.zip from the last commit
	@git archive --prefix=auth-$(EXTVERSION)/ -o auth-$(EXTVERSION).zip HEAD

help: ## show this list
	@echo 'make               build the extensions'
	@echo 'make install       install them into the PostgreSQL of pg_config (PG_CONFIG=/path/to/pg_config for another)'
	@echo 'make installcheck  test the installed extension on the running server that PGHOST and PGPORT name'
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | awk -F '\t' '{ printf "make %-13s %s\n", $$1, $$2 }'
