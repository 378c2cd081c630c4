/*
 * settings.h
 *	  What all settings auth.* have in common.
 *
 * Each is defined in the file that uses it, by a function of that file that
 * module.c calls.  None of them is secret: every role may SHOW them.  All but
 * the key files are SUSET: anyone who could change them could also weaken what
 * they guard.
 */
#ifndef AUTH_SETTINGS_H
#define AUTH_SETTINGS_H

#include "utils/guc.h"

#define ONE_DAY_SECONDS (24 * 60 * 60)
#define TEN_YEARS_SECONDS (3650 * ONE_DAY_SECONDS)

/*
 * Raise 42501 if a client brought one of our settings along in the options of
 * its connection.  To be called before any of them is defined.
 */
extern void auth_settings_refuse_connection_options(void);

/* A check hook for text that must not be empty. */
extern bool auth_settings_check_not_empty(char **new_value, void **extra, GucSource source);

/* Any setting of the current session; empty if there is none. */
extern const char *auth_settings_get(const char *name);

/*
 * Set any setting until the end of the transaction, with the rights of
 * PGC_USERSET or of PGC_SUSET.
 */
extern void auth_settings_set_local(const char *name, const char *value, GucContext context);

#endif
