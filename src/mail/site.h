/*
 * site.h
 *	  The site that the links of mails lead to.
 *
 * Settings alone say where that is: a header of a request must not, because who
 * sends the request would choose where somebody else's mail leads.
 */
#ifndef AUTH_SITE_H
#define AUTH_SITE_H

#include "mail/one_time_token.h"

extern void auth_site_define_settings(void);

/* auth.site_url without a slash at its end; empty where mails are not set up. */
extern const char *auth_site_url(void);

/* The address of a mail's link: the site's page for the purpose, with the token. */
extern char *auth_site_link(OneTimePurpose purpose, const char *link_token);

#endif
