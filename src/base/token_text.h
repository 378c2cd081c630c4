/*
 * token_text.h
 *	  Tokens as text: a prefix, and bytes in base64url.
 *
 * The prefix is for secret scanners, which recognise a token by it.
 */
#ifndef AUTH_TOKEN_TEXT_H
#define AUTH_TOKEN_TEXT_H

/* A token of these bytes, in the current memory context. */
extern char *auth_token_text_write(const char *prefix, const void *bytes, size_t byte_count);

/* Read a token of exactly so many bytes; false if the text is no such token. */
extern bool auth_token_text_read(const char *text, size_t length, const char *prefix, void *bytes, size_t byte_count);

#endif
