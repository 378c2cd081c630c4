/*
 * email.h
 *	  The one spelling of an e-mail address under which an account is kept.
 */
#ifndef AUTH_EMAIL_H
#define AUTH_EMAIL_H

#include <stdbool.h>
#include <stddef.h>

/* RFC 5321, sections 4.5.3.1.1 to 4.5.3.1.3 (a path includes two brackets) */
#define EMAIL_MAX_BYTES 254
#define EMAIL_LOCAL_MAX_BYTES 64
#define EMAIL_LABEL_MAX_BYTES 63

/*
 * Write the canonical form of an address, NUL-terminated, to canonical.
 *
 * Returns false, and leaves canonical empty, for anything that is not a plain
 * ASCII address.  Canonical addresses come back unchanged.
 */
extern bool auth_email_canonicalize(const char *address, size_t length,
									char canonical[EMAIL_MAX_BYTES + 1]);

#endif
