/*
 * compat.h
 *	  Which PostgreSQL this is, and what differs between its versions.
 */
#ifndef AUTH_COMPAT_H
#define AUTH_COMPAT_H

#include "postgres.h"

#if PG_VERSION_NUM < 150000
#error "auth needs PostgreSQL 15 or later"
#endif

/* From 16 on, postgres.h does not bring the macros of text values. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* Before 16, what a check hook hands to its assign hook came from malloc. */
#if PG_VERSION_NUM < 160000
#define guc_malloc(level, size) malloc(size)
#endif

#endif
