/*
 * module.c
 *	  What happens when a backend loads the library.
 */
#include "postgres.h"

#include <sodium.h>

#include "fmgr.h"
#include "identity.h"
#include "key_ring.h"
#include "request.h"
#include "settings.h"
#include "utils/guc.h"

PG_MODULE_MAGIC;

void _PG_init(void);

void
_PG_init(void)
{
	if (sodium_init() < 0)
		ereport(ERROR,
				(errcode(ERRCODE_SYSTEM_ERROR),
				 errmsg("could not initialize libsodium")));

	auth_settings_define();
	auth_identity_define();
	MarkGUCPrefixReserved("auth");
	auth_key_ring_init();
	auth_request_init();
}
