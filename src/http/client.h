/*
 * client.h
 *	  Who sent the request: the client's address and user agent.
 */
#ifndef AUTH_CLIENT_H
#define AUTH_CLIENT_H

#define CLIENT_NETWORK_MAX_BYTES 8
#define CLIENT_ADDRESS_TEXT_BYTES 46

typedef struct ClientAddress
{
	char text[CLIENT_ADDRESS_TEXT_BYTES];
	unsigned char network[CLIENT_NETWORK_MAX_BYTES]; /* IPv4 address, or IPv6 /64 */
	int network_bytes; /* 0: unknown */
	int customer_bytes; /* of these, what one customer of a provider may have: IPv4 address, or IPv6 /48 */
} ClientAddress;

extern void auth_client_define_settings(void);

/* The client's address as the trusted proxy names it; false if it does not. */
extern bool auth_client_address(ClientAddress *address);

/* That address in its canonical spelling; NULL if there is none. */
extern char *auth_client_address_text(void);

/* The client's User-Agent, at most 255 bytes, control characters escaped. */
extern char *auth_client_user_agent(void);

#endif
