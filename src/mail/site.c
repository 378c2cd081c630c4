/*
 * site.c
 *	  The site that the links of mails lead to.
 */
#include "postgres.h"

#include "mail/site.h"

#include "base/settings.h"
#include "base/word.h"

static char *site_url;
static char *path_reset_password;
static bool mail_link_query;

/* Nothing that would have to be escaped in a link, in plain text or in HTML. */
static bool
is_plain(const char *url)
{
	return strspn(url, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/[]@!$()*+,;=%") == strlen(url);
}

static bool
check_site_url(char **new_value, void **extra, GucSource source)
{
	const char *url = *new_value;

	if (url[0] == '\0' ||
		(is_plain(url) && url[strlen(url) - 1] != '/' && (auth_word_begins(url, "https://") || auth_word_begins(url, "http://"))))
		return true;

	GUC_check_errdetail("It is the address of a site, without a slash, query or fragment at its end: https://example.org.");
	return false;
}

static bool
check_path(char **new_value, void **extra, GucSource source)
{
	if ((*new_value)[0] == '/' && is_plain(*new_value))
		return true;

	GUC_check_errdetail("It is a path on the site, which begins with a slash: /reset-password.");
	return false;
}

void
auth_site_define_settings(void)
{
	DefineCustomStringVariable("auth.site_url",
							   "The address of the site, which the links of mails begin with.",
							   "Empty: no mails; calls that must send one are refused.",
							   &site_url,
							   "",
							   PGC_SUSET, 0, check_site_url, NULL, NULL);

	DefineCustomStringVariable("auth.path_reset_password",
							   "The page of the site that asks for a new password.",
							   NULL,
							   &path_reset_password,
							   "/reset-password",
							   PGC_SUSET, 0, check_path, NULL, NULL);

	DefineCustomBoolVariable("auth.mail_link_query",
							 "Whether a link carries its token in the query instead of the fragment.",
							 "For pages without scripts.  Weakens: the token gets into the logs of servers and proxies.  "
							 "Such a page must be served with Referrer-Policy: no-referrer.",
							 &mail_link_query,
							 false,
							 PGC_SUSET, 0, NULL, NULL, NULL);
}

const char *
auth_site_url(void)
{
	return site_url;
}

static const char *
path_of(OneTimePurpose purpose)
{
	switch (purpose)
	{
		case ONE_TIME_RECOVERY:
			return path_reset_password;
	}
	elog(ERROR, "unknown purpose of a one-time token: %d", purpose);
}

char *
auth_site_link(OneTimePurpose purpose, const char *link_token)
{
	return psprintf("%s%s%ctoken=%s", site_url, path_of(purpose), mail_link_query ? '?' : '#', link_token);
}
