/*
 * presented_token.c
 *	  Which token a request presents.
 */
#include "postgres.h"

#include "session/presented_token.h"

#include "base/arguments.h"
#include "http/request.h"
#include "http/cross_site.h"
#include "http/token_cookie.h"
#include "session/access_token.h"
#include "session/refresh_token.h"

static PresentedToken
presented(TokenPlace place, const char *text)
{
	return (PresentedToken){.place = place, .text = text, .length = strlen(text)};
}

static PresentedToken
find_cookie(int places)
{
	char *refresh_token = (places & PLACE_REFRESH_COOKIE) != 0 ? auth_token_cookie_get(TOKEN_COOKIE_REFRESH) : NULL;
	char *session_token = (places & PLACE_SESSION_COOKIE) != 0 ? auth_token_cookie_get(TOKEN_COOKIE_SESSION) : NULL;

	if (refresh_token == NULL && session_token == NULL)
		return (PresentedToken){.place = PLACE_NONE};

	/* A browser sends it with what other sites' pages ask for, too. */
	if (auth_request_is_unsafe_method())
		auth_cross_site_require_same_site();
	return refresh_token != NULL ? presented(PLACE_REFRESH_COOKIE, refresh_token) : presented(PLACE_SESSION_COOKIE, session_token);
}

PresentedToken
auth_presented_token_find(int places, const text *argument)
{
	char *bearer;

	if ((places & PLACE_ARGUMENT) != 0 && argument != NULL)
		return (PresentedToken){
			.place = PLACE_ARGUMENT,
			.text = VARDATA_ANY(argument),
			.length = VARSIZE_ANY_EXHDR(argument),
		};

	bearer = (places & PLACE_BEARER) != 0 ? auth_request_bearer() : NULL;
	return bearer != NULL ? presented(PLACE_BEARER, bearer) : find_cookie(places);
}

/* An expired token still names the session that it was for. */
static bool
read_access_token(const PresentedToken *token, PresentedSession *session)
{
	AccessClaims claims;
	AccessTokenStatus status = auth_access_token_verify(token->text, token->length, &claims);

	if (status == ACCESS_TOKEN_INVALID)
		return false;

	session->generation = (SessionGeneration){claims.session_id, claims.generation};
	session->is_expired = status == ACCESS_TOKEN_EXPIRED;
	return true;
}

bool
auth_presented_token_read(const PresentedToken *token, PresentedSession *session)
{
	session->is_expired = false;
	switch (token->place)
	{
		case PLACE_NONE:
			return false;
		case PLACE_ARGUMENT:
		case PLACE_REFRESH_COOKIE:
			return auth_refresh_token_read(token->text, token->length, &session->generation);
		case PLACE_BEARER:
		case PLACE_SESSION_COOKIE:
			return read_access_token(token, session);
	}
	elog(ERROR, "unknown place of a token: %d", token->place);
}
