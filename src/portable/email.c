/*
 * email.c
 *	  The one spelling of an e-mail address under which an account is kept.
 *
 * Only ASCII is accepted, so no address can look like another one, and only
 * the 26 ASCII letters are folded, so the result depends on no locale.  Spaces
 * are refused rather than trimmed: two different inputs become one address by
 * letter case alone.
 */
#include "portable/email.h"

#include <string.h>

static bool
is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* RFC 5322, section 3.2.3: atext, in lower case */
static bool
is_atext(char c)
{
	return is_letter_or_digit(c) ||
		(c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* RFC 5322, section 3.2.3: dot-atom; quoted local parts are not accepted */
static bool
is_local_part(const char *local, size_t length)
{
	if (length == 0 || length > EMAIL_LOCAL_MAX_BYTES)
		return false;

	for (size_t i = 0; i < length; i++)
	{
		bool is_edge = i == 0 || i == length - 1;

		if (local[i] == '.' && !is_edge && local[i - 1] != '.')
			continue;
		if (!is_atext(local[i]))
			return false;
	}
	return true;
}

/* RFC 1123, section 2.1 */
static bool
is_label(const char *label, size_t length)
{
	if (length == 0 || length > EMAIL_LABEL_MAX_BYTES)
		return false;
	if (label[0] == '-' || label[length - 1] == '-')
		return false;

	for (size_t i = 0; i < length; i++)
		if (!is_letter_or_digit(label[i]) && label[i] != '-')
			return false;
	return true;
}

static bool
is_domain(const char *domain, size_t length)
{
	const char *end = domain + length;

	for (;;)
	{
		const char *dot = memchr(domain, '.', end - domain);

		if (dot == NULL)
			return is_label(domain, end - domain);
		if (!is_label(domain, dot - domain))
			return false;
		domain = dot + 1;
	}
}

bool
auth_email_canonicalize(const char *address, size_t length,
						char canonical[EMAIL_MAX_BYTES + 1])
{
	const char *at;
	size_t local_length;

	canonical[0] = '\0';
	if (length > EMAIL_MAX_BYTES)
		return false;

	for (size_t i = 0; i < length; i++)
		canonical[i] = address[i] >= 'A' && address[i] <= 'Z' ? address[i] - 'A' + 'a' : address[i];
	canonical[length] = '\0';

	at = memchr(canonical, '@', length);
	local_length = at == NULL ? 0 : (size_t) (at - canonical);

	if (at == NULL ||
		!is_local_part(canonical, local_length) ||
		!is_domain(at + 1, length - local_length - 1))
	{
		canonical[0] = '\0';
		return false;
	}
	return true;
}
