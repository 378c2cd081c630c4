/*
 * module.c
 *	  What happens when a backend loads the library.
 */
#include "postgres.h"

#include <sodium.h>

#include "account/identity.h"
#include "audit/audit.h"
#include "audit/purge.h"
#include "base/settings.h"
#include "fmgr.h"
#include "http/call.h"
#include "http/client.h"
#include "http/token_cookie.h"
#include "keys/key_ring.h"
#include "keys/key_seal.h"
#include "keys/postgrest_config.h"
#include "keys/token_settings.h"
#include "mail/one_time_token.h"
#include "mail/outbox.h"
#include "mail/site.h"
#include "password/hash_gate.h"
#include "password/password.h"
#include "password/register_user.h"
#include "throttle/throttle.h"
#include "session/session.h"
#include "session/token_mode.h"

PG_MODULE_MAGIC;

void _PG_init(void);

static void
define_settings(void)
{
	auth_settings_refuse_connection_options();
	auth_client_define_settings();
	auth_token_cookie_define_settings();
	auth_audit_define_settings();
	auth_key_seal_define_settings();
	auth_token_settings_define();
	auth_postgrest_config_define_settings();
	auth_identity_define_settings();
	auth_session_define_settings();
	auth_token_mode_define_settings();
	auth_throttle_define_settings();
	auth_one_time_token_define_settings();
	auth_outbox_define_settings();
	auth_site_define_settings();
	auth_password_define_settings();
	auth_stored_hash_define_settings();
	auth_hash_gate_define_settings();
	auth_register_user_define_settings();
	MarkGUCPrefixReserved("auth");
}

void
_PG_init(void)
{
	if (sodium_init() < 0)
		ereport(ERROR,
				(errcode(ERRCODE_SYSTEM_ERROR),
				 errmsg("could not initialize libsodium")));

	define_settings();
	auth_purge_register(auth_session_purge);
	auth_purge_register(auth_throttle_purge);
	auth_purge_register(auth_one_time_token_purge);
	auth_purge_register(auth_outbox_purge);
	auth_purge_register(auth_audit_purge);
	auth_key_ring_init();
	auth_call_redact_log();
}
