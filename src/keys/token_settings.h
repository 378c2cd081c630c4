/*
 * token_settings.h
 *	  Settings of access tokens that other files must know, too: those that keep
 *	  keys, and the one that configures PostgREST.
 */
#ifndef AUTH_TOKEN_SETTINGS_H
#define AUTH_TOKEN_SETTINGS_H

extern char *auth_issuer;
extern char *auth_audience; /* empty: none */

/* seconds */
extern int auth_access_token_ttl;
extern int auth_session_token_ttl;

extern void auth_token_settings_define(void);

#endif
