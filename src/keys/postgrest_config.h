/*
 * postgrest_config.h
 *	  auth.postgrest_config: PostgREST's settings, out of the database.
 */
#ifndef AUTH_POSTGREST_CONFIG_H
#define AUTH_POSTGREST_CONFIG_H

extern void auth_postgrest_config_define_settings(void);

#endif
