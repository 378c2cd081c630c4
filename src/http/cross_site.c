/*
 * cross_site.c
 *	  Whether a browser sent a request on behalf of this site's pages.
 */
#include "postgres.h"

#include "http/cross_site.h"

#include "http/request.h"
#include "http/token_cookie.h"

/*
 * Whether the Origin header names the very host that the request went to.  If
 * cookies are sent over HTTPS only, a page loaded over plain HTTP counts as
 * another site.
 */
static bool
origin_is_host(const char *origin)
{
	static const char https[] = "https://";
	static const char http[] = "http://";
	const char *host = auth_request_header("host");

	if (host == NULL)
		return false;
	if (pg_strncasecmp(origin, https, strlen(https)) == 0)
		return pg_strcasecmp(origin + strlen(https), host) == 0;
	return !auth_token_cookie_is_secure() &&
		pg_strncasecmp(origin, http, strlen(http)) == 0 &&
		pg_strcasecmp(origin + strlen(http), host) == 0;
}

/*
 * A browser that sends Sec-Fetch-Site knows better than we do which hosts are
 * one site; the others send Origin with everything that may change something.
 */
bool
auth_cross_site_is_ruled_out(void)
{
	char *fetch_site = auth_request_header("sec-fetch-site");
	char *origin = auth_request_header("origin");

	if (fetch_site != NULL)
		return strcmp(fetch_site, "same-origin") == 0 || strcmp(fetch_site, "same-site") == 0;
	return origin != NULL && origin_is_host(origin);
}

static void
raise_cross_site(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_HTTP('4', '0', '3')),
			 errmsg("cross-site request refused"),
			 errhint("A form, or a request that relies on a cookie, must show through Sec-Fetch-Site or Origin that it comes from this site.")));
}

void
auth_cross_site_require_same_site(void)
{
	if (!auth_cross_site_is_ruled_out())
		raise_cross_site();
}

/* Programs other than browsers send neither header. */
void
auth_cross_site_refuse(void)
{
	bool is_browser = auth_request_header("sec-fetch-site") != NULL || auth_request_header("origin") != NULL;

	if (is_browser && !auth_cross_site_is_ruled_out())
		raise_cross_site();
}

/* The media types that a page may send anywhere (Fetch, CORS-safelisted Content-Type). */
static bool
is_form(void)
{
	static const char *const types[] = {"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"};
	const char *content_type = auth_request_header("content-type");

	for (size_t i = 0; content_type != NULL && i < lengthof(types); i++)
		if (pg_strncasecmp(content_type, types[i], strlen(types[i])) == 0)
			return true;
	return false;
}

void
auth_cross_site_refuse_form(void)
{
	if (is_form())
		auth_cross_site_refuse();
}
