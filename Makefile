EXTENSION = auth
MODULE_big = auth
DATA = auth--1.0.sql
OBJS = $(patsubst %.c,%.o,$(wildcard src/*.c))
SHLIB_LINK = $(shell pkg-config --libs libsodium)
PG_CPPFLAGS = $(shell pkg-config --cflags libsodium)
PG_CFLAGS = -Wall -Wextra -Wno-unused-parameter
PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)
