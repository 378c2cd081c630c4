/*
 * clock.h
 *	  Seconds: added to timestamps, and since 1970, which tokens speak of.
 */
#ifndef AUTH_CLOCK_H
#define AUTH_CLOCK_H

#include "utils/timestamp.h"

#define UNIX_EPOCH_OFFSET_SECONDS ((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY)

static inline int64
auth_clock_to_unix(TimestampTz at)
{
	return at / USECS_PER_SEC + UNIX_EPOCH_OFFSET_SECONDS;
}

static inline TimestampTz
auth_clock_from_unix(int64 seconds)
{
	return (seconds - UNIX_EPOCH_OFFSET_SECONDS) * USECS_PER_SEC;
}

static inline int64
auth_clock_unix_now(void)
{
	return auth_clock_to_unix(GetCurrentTimestamp());
}

static inline TimestampTz
auth_clock_after(TimestampTz at, int seconds)
{
	return at + seconds * USECS_PER_SEC;
}

static inline TimestampTz
auth_clock_in(int seconds)
{
	return auth_clock_after(GetCurrentTimestamp(), seconds);
}

#endif
