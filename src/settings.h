/*
 * settings.h
 *	  The settings auth.*, as a superuser or an operator sets them.
 *
 * None of them is secret: every role may SHOW them.
 */
#ifndef AUTH_SETTINGS_H
#define AUTH_SETTINGS_H

/* No stored hash that asks for more than the bounds is ever computed. */
#define PASSWORD_MAX_MEMORY_KB (1024 * 1024)
#define PASSWORD_MAX_PASSES 16

typedef enum SameSite
{
	SAME_SITE_LAX,
	SAME_SITE_STRICT,
	SAME_SITE_NONE,
} SameSite;

typedef struct Settings
{
	/* lifetimes, in seconds */
	int access_token_ttl;
	int session_token_ttl;
	int refresh_token_ttl;
	int session_max_age;
	int refresh_grace;
	int max_sessions;

	/* registration */
	bool registration_enabled;
	char *default_role;
	bool disclose_existing_accounts;

	/* passwords */
	int password_min_length;
	int password_memory_kb;
	int password_passes;
	int max_concurrent_hashes;
	int max_waiting_hashes;
	int hash_wait_timeout_ms;

	/* guessing; delays in seconds */
	int failed_logins_before_delay;
	int failed_logins_before_delay_per_account;
	int failed_logins_before_delay_per_address;
	int failed_logins_max_delay;

	/* seconds; 0 for ever */
	int audit_retention;

	/* keys */
	char *key_file;
	char *previous_key_file;

	/* tokens and the HTTP boundary */
	char *issuer;
	char *audience;
	char *exposed_schemas;
	char *client_address_header;
	char *session_cookie_name;
	char *refresh_cookie_name;
	char *cookie_domain;
	bool cookie_secure;
	int cookie_same_site; /* a SameSite */
} Settings;

extern Settings auth_settings;

/* Raises 42501 if a client brought one of them along in the options of its connection. */
extern void auth_settings_define(void);

/* Any setting of the current session; empty if there is none. */
extern const char *auth_settings_get(const char *name);

/* Set any setting that users may set, until the end of the transaction. */
extern void auth_settings_set_local(const char *name, const char *value);

#endif
