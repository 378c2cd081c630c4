/*
 * cross_site.h
 *	  Whether a browser sent a request on behalf of this site's pages.
 *
 * A browser sends a cookie with what other sites' pages ask for, too.  What
 * relies on a cookie and may change something asks here first.
 */
#ifndef AUTH_CROSS_SITE_H
#define AUTH_CROSS_SITE_H

/* Whether the browser says that the request comes from this site. */
extern bool auth_cross_site_is_ruled_out(void);

/* Raise PT403 (403) unless the browser says that the request comes from this site. */
extern void auth_cross_site_require_same_site(void);

/* Raise PT403 (403) if a browser says that the request comes from another site. */
extern void auth_cross_site_refuse(void);

/*
 * Raise PT403 (403) if the request is one that a form on another site's page can
 * send: a browser sends it without asking, and with the visitor's address.
 */
extern void auth_cross_site_refuse_form(void);

#endif
