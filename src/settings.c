/*
 * settings.c
 *	  The settings auth.*, as a superuser or an operator sets them.
 *
 * All but the key files are SUSET: whoever could change them could also weaken
 * what they guard.
 */
#include "postgres.h"

#include "settings.h"

#include "compat.h"
#include "cookie.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"

#define SETTING_PREFIX "auth."

#define ONE_DAY_SECONDS (24 * 60 * 60)
#define TEN_YEARS_SECONDS (3650 * ONE_DAY_SECONDS)

Settings auth_settings;

static const struct config_enum_entry same_site_options[] = {
	{"lax", SAME_SITE_LAX, false},
	{"strict", SAME_SITE_STRICT, false},
	{"none", SAME_SITE_NONE, false},
	{NULL, 0, false},
};

static bool
check_not_empty(char **new_value, void **extra, GucSource source)
{
	if (**new_value != '\0')
		return true;

	GUC_check_errdetail("The value must not be empty.");
	return false;
}

static bool
check_role_name(char **new_value, void **extra, GucSource source)
{
	if (strlen(*new_value) >= NAMEDATALEN)
	{
		GUC_check_errdetail("A role name has at most %d bytes.", NAMEDATALEN - 1);
		return false;
	}
	return check_not_empty(new_value, extra, source);
}

static bool
check_absolute_path(char **new_value, void **extra, GucSource source)
{
	if (**new_value == '\0' || is_absolute_path(*new_value))
		return true;

	GUC_check_errdetail("The value must be empty or an absolute path.");
	return false;
}

/* PostgREST hands header names over in lower case. */
static bool
check_header_name(char **new_value, void **extra, GucSource source)
{
	if (strspn(*new_value, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(*new_value))
		return true;

	GUC_check_errdetail("A header is named by lower-case letters, digits, \"-\" and \"_\".");
	return false;
}

static bool
check_cookie_name(char **new_value, void **extra, GucSource source)
{
	Cookie cookie = {.name = *new_value, .value = "", .domain = "", .same_site = "Lax", .is_secure = true};

	if (auth_cookie_check(&cookie) == COOKIE_OK)
		return true;

	GUC_check_errdetail("A cookie is named by ASCII letters, digits and \"!#$%%&'*+-.^_`|~\".");
	return false;
}

static bool
check_cookie_domain(char **new_value, void **extra, GucSource source)
{
	Cookie cookie = {.name = "a", .value = "", .domain = *new_value, .same_site = "Lax", .is_secure = true};

	if (auth_cookie_check(&cookie) == COOKIE_OK)
		return true;

	GUC_check_errdetail("A domain is named by ASCII letters, digits, \"-\" and \".\".");
	return false;
}

static bool
came_with_connection(const struct config_generic *setting)
{
	return pg_strncasecmp(setting->name, SETTING_PREFIX, strlen(SETTING_PREFIX)) == 0 &&
		setting->reset_source == PGC_S_CLIENT &&
		pg_parameter_aclcheck(setting->name, setting->reset_srole, ACL_SET) != ACLCHECK_OK;
}

/*
 * Until the library is loaded anybody may put our settings into the options of
 * a connection, and each of them takes the place of what the operator has set.
 * PostgreSQL would drop it now, which leaves the default: registration that was
 * closed would be open.
 */
static void
refuse_connection_options(void)
{
	int count;
	struct config_generic **settings = all_settings(&count);

	for (int i = 0; i < count; i++)
		if (came_with_connection(settings[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("permission denied to set parameter \"%s\"", settings[i]->name),
					 errhint("Connect again without it: it came with the options of the connection.")));
}

static void
define_lifetimes(void)
{
	DefineCustomIntVariable("auth.access_token_ttl",
							"How long an access token is good for.",
							NULL,
							&auth_settings.access_token_ttl,
							15 * 60, 1, ONE_DAY_SECONDS,
							PGC_SUSET, GUC_UNIT_S, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.session_token_ttl",
							"How long the token in a session cookie is good for, unless renewed.",
							NULL,
							&auth_settings.session_token_ttl,
							ONE_DAY_SECONDS, 1, TEN_YEARS_SECONDS,
							PGC_SUSET, GUC_UNIT_S, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.refresh_token_ttl",
							"How long a session outlives its last refresh.",
							NULL,
							&auth_settings.refresh_token_ttl,
							7 * ONE_DAY_SECONDS, 1, TEN_YEARS_SECONDS,
							PGC_SUSET, GUC_UNIT_S, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.session_max_age",
							"How long a session lives at most, however often it is refreshed.",
							NULL,
							&auth_settings.session_max_age,
							30 * ONE_DAY_SECONDS, 1, TEN_YEARS_SECONDS,
							PGC_SUSET, GUC_UNIT_S, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.refresh_grace",
							"How long a used refresh token still answers with its successor.",
							"Tabs and retries that refresh at the same time need it; "
							"a stolen token is told apart only after it.",
							&auth_settings.refresh_grace,
							10, 0, 300,
							PGC_SUSET, GUC_UNIT_S, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.max_sessions",
							"How many sessions an account has at most; the oldest ends.",
							NULL,
							&auth_settings.max_sessions,
							100, 1, 10000,
							PGC_SUSET, 0, NULL, NULL, NULL);
}

static void
define_registration(void)
{
	DefineCustomBoolVariable("auth.registration_enabled",
							 "Whether anybody may register an account.",
							 NULL,
							 &auth_settings.registration_enabled,
							 true,
							 PGC_SUSET, 0, NULL, NULL, NULL);

	DefineCustomStringVariable("auth.default_role",
							   "The role of a new account.",
							   NULL,
							   &auth_settings.default_role,
							   "authenticated",
							   PGC_SUSET, 0, check_role_name, NULL, NULL);

	DefineCustomBoolVariable("auth.disclose_existing_accounts",
							 "Whether registration says that an address is taken.",
							 "Weakens: anybody can find out who has an account.",
							 &auth_settings.disclose_existing_accounts,
							 false,
							 PGC_SUSET, 0, NULL, NULL, NULL);
}

static void
define_passwords(void)
{
	DefineCustomIntVariable("auth.password_min_length",
							"How many characters a new password has at least.",
							NULL,
							&auth_settings.password_min_length,
							8, 8, 128,
							PGC_SUSET, 0, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.password_memory",
							"How much memory Argon2id uses for one hash.",
							"Less than 19 MB weakens every password that is stored meanwhile.",
							&auth_settings.password_memory_kb,
							19456, 8192, PASSWORD_MAX_MEMORY_KB,
							PGC_SUSET, GUC_UNIT_KB, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.password_passes",
							"How many times Argon2id passes over that memory.",
							NULL,
							&auth_settings.password_passes,
							2, 1, PASSWORD_MAX_PASSES,
							PGC_SUSET, 0, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.max_concurrent_hashes",
							"How many passwords are hashed at once in the whole cluster.",
							"Zero means half the processors, at least one.",
							&auth_settings.max_concurrent_hashes,
							0, 0, 1024,
							PGC_SUSET, 0, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.max_waiting_hashes",
							"How many calls wait for their turn to hash; more are refused at once.",
							"Each holds a connection, of which PostgREST has only db-pool.",
							&auth_settings.max_waiting_hashes,
							40, 0, 10000,
							PGC_SUSET, 0, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.hash_wait_timeout",
							"How long a call waits for its turn to hash before it is refused.",
							NULL,
							&auth_settings.hash_wait_timeout_ms,
							2000, 0, 60000,
							PGC_SUSET, GUC_UNIT_MS, NULL, NULL, NULL);
}

static void
define_login_attempts(void)
{
	DefineCustomIntVariable("auth.failed_logins_before_delay",
							"How many wrong passwords for one account from one address cost no delay.",
							NULL,
							&auth_settings.failed_logins_before_delay,
							5, 1, 1000,
							PGC_SUSET, 0, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.failed_logins_before_delay_per_account",
							"How many wrong passwords for one account from all addresses cost no delay.",
							NULL,
							&auth_settings.failed_logins_before_delay_per_account,
							50, 1, 100000,
							PGC_SUSET, 0, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.failed_logins_before_delay_per_address",
							"How many wrong passwords from one address for all accounts cost no delay.",
							NULL,
							&auth_settings.failed_logins_before_delay_per_address,
							50, 1, 100000,
							PGC_SUSET, 0, NULL, NULL, NULL);

	DefineCustomIntVariable("auth.failed_logins_max_delay",
							"How long the growing delay between wrong passwords gets at most.",
							NULL,
							&auth_settings.failed_logins_max_delay,
							15 * 60, 1, ONE_DAY_SECONDS,
							PGC_SUSET, GUC_UNIT_S, NULL, NULL, NULL);
}

static void
define_audit(void)
{
	DefineCustomIntVariable("auth.audit_retention",
							"How long auth.purge_expired() keeps rows of the audit log; 0 for ever.",
							NULL,
							&auth_settings.audit_retention,
							90 * ONE_DAY_SECONDS, 0, TEN_YEARS_SECONDS,
							PGC_SUSET, GUC_UNIT_S, NULL, NULL, NULL);
}

/* Of the whole server: keys sealed in one session must open in all others. */
static void
define_key_files(void)
{
	DefineCustomStringVariable("auth.key_file",
							   "The file whose bytes seal secret keys in the database; empty for none.",
							   "Without it, whoever reads the data directory or a base backup has the keys.",
							   &auth_settings.key_file,
							   "",
							   PGC_SIGHUP, 0, check_absolute_path, NULL, NULL);

	DefineCustomStringVariable("auth.previous_key_file",
							   "The file that sealed keys before auth.key_file was changed; needed until the next rotation.",
							   NULL,
							   &auth_settings.previous_key_file,
							   "",
							   PGC_SIGHUP, 0, check_absolute_path, NULL, NULL);
}

static void
define_tokens(void)
{
	DefineCustomStringVariable("auth.issuer",
							   "The issuer (iss) of access tokens.",
							   NULL,
							   &auth_settings.issuer,
							   "auth",
							   PGC_SUSET, 0, check_not_empty, NULL, NULL);

	DefineCustomStringVariable("auth.audience",
							   "The audience (aud) of access tokens; empty for none.",
							   NULL,
							   &auth_settings.audience,
							   "",
							   PGC_SUSET, 0, NULL, NULL, NULL);

	DefineCustomStringVariable("auth.exposed_schemas",
							   "The schemas that PostgREST serves.",
							   NULL,
							   &auth_settings.exposed_schemas,
							   "auth, public",
							   PGC_SUSET, 0, check_not_empty, NULL, NULL);

	DefineCustomStringVariable("auth.client_address_header",
							   "The request header in which the trusted proxy names the client's address.",
							   "Without such a proxy anybody can name any address: set it to the empty string.",
							   &auth_settings.client_address_header,
							   "x-real-ip",
							   PGC_SUSET, 0, check_header_name, NULL, NULL);
}

static void
define_cookies(void)
{
	DefineCustomStringVariable("auth.session_cookie_name",
							   "The cookie that holds the token in session mode.",
							   NULL,
							   &auth_settings.session_cookie_name,
							   "__Host-auth_session",
							   PGC_SUSET, 0, check_cookie_name, NULL, NULL);

	DefineCustomStringVariable("auth.refresh_cookie_name",
							   "The cookie that holds the refresh token in cookie mode.",
							   NULL,
							   &auth_settings.refresh_cookie_name,
							   "__Host-auth_refresh",
							   PGC_SUSET, 0, check_cookie_name, NULL, NULL);

	DefineCustomStringVariable("auth.cookie_domain",
							   "The domain of both cookies; empty for the host that set them.",
							   "Weakens: every subdomain gets the cookies and can overwrite them.",
							   &auth_settings.cookie_domain,
							   "",
							   PGC_SUSET, 0, check_cookie_domain, NULL, NULL);

	DefineCustomBoolVariable("auth.cookie_secure",
							 "Whether browsers send the cookies over HTTPS only.",
							 "Off weakens: the cookies travel in clear text over plain HTTP.",
							 &auth_settings.cookie_secure,
							 true,
							 PGC_SUSET, 0, NULL, NULL, NULL);

	DefineCustomEnumVariable("auth.cookie_same_site",
							 "Whether browsers send the cookies with requests from other sites.",
							 "\"none\" weakens: only the check of Origin and Sec-Fetch-Site is left.",
							 &auth_settings.cookie_same_site,
							 SAME_SITE_LAX, same_site_options,
							 PGC_SUSET, 0, NULL, NULL, NULL);
}

void
auth_settings_define(void)
{
	refuse_connection_options();
	define_lifetimes();
	define_registration();
	define_passwords();
	define_login_attempts();
	define_audit();
	define_key_files();
	define_tokens();
	define_cookies();
}

const char *
auth_settings_get(const char *name)
{
	const char *value = GetConfigOption(name, true, false);

	return value == NULL ? "" : value;
}

void
auth_settings_set_local(const char *name, const char *value)
{
	if (set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false) <= 0)
		elog(ERROR, "could not set \"%s\"", name);
}
