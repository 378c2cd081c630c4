/*
 * settings.c
 *	  What all settings auth.* have in common.
 */
#include "postgres.h"

#include "base/settings.h"

#include "base/compat.h"
#include "utils/acl.h"
#include "utils/guc_tables.h"

#define SETTING_PREFIX "auth."

bool
auth_settings_check_not_empty(char **new_value, void **extra, GucSource source)
{
	if (**new_value != '\0')
		return true;

	GUC_check_errdetail("The value must not be empty.");
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
 * Until the library is loaded, anybody can pass our settings in the connection
 * options, where they override what the operator has set. PostgreSQL would now
 * drop such a value and fall back to the default: registration that was
 * disabled would be enabled.
 */
void
auth_settings_refuse_connection_options(void)
{
	int count;
	struct config_generic **settings = all_settings(&count);

	for (int i = 0; i < count; i++)
		if (came_with_connection(settings[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("permission denied to set parameter \"%s\"", settings[i]->name),
					 errhint("It was set in the connection options: connect again without it.")));
}

const char *
auth_settings_get(const char *name)
{
	const char *value = GetConfigOption(name, true, false);

	return value == NULL ? "" : value;
}

void
auth_settings_set_local(const char *name, const char *value, GucContext context)
{
	if (set_config_option(name, value, context, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false) <= 0)
		elog(ERROR, "could not set \"%s\"", name);
}
