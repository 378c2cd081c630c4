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

/* Before 16, the number of settings came from a separate function. */
#if PG_VERSION_NUM >= 160000
#define all_settings(count) get_guc_variables(count)
#else
#define all_settings(count) (*(count) = GetNumConfigOptions(), get_guc_variables())
#endif

/* From 17 on, the place of the lexer may be the caller's. */
#if PG_VERSION_NUM >= 170000
#define make_json_lexer(json, length) makeJsonLexContextCstringLen(NULL, json, length, PG_UTF8, true)
#else
#define make_json_lexer(json, length) makeJsonLexContextCstringLen(unconstify(char *, json), length, PG_UTF8, true)
#endif

/* From 18 on, PostgreSQL has pg_noreturn, which is written before the declaration. */
#if PG_VERSION_NUM < 180000
#define pg_noreturn __attribute__((noreturn))
#endif

#endif
