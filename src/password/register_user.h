/*
 * register_user.h
 *	  auth.register_user: open an account.
 */
#ifndef AUTH_REGISTER_USER_H
#define AUTH_REGISTER_USER_H

extern char *auth_default_role; /* of a new account */

extern void auth_register_user_define_settings(void);

#endif
