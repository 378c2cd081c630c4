/*
 * tap.h
 *	  Just enough of the Test Anything Protocol.
 */
#ifndef AUTH_TEST_TAP_H
#define AUTH_TEST_TAP_H

#include <stdbool.h>
#include <stdio.h>

static int tap_count;
static int tap_failures;

static inline void
ok(bool is_ok, const char *name)
{
	printf("%sok %d - %s\n", is_ok ? "" : "not ", ++tap_count, name);
	tap_failures += !is_ok;
}

static inline int
done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failures == 0 ? 0 : 1;
}

#endif
