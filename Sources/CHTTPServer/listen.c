/*
 * listen.c
 *		The socket that clients connect to; all lanes accept from it.
 */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 1024

typedef union Address
{
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
} Address;

/* The numeric address and the port as a socket address; 0 if it is none. */
static socklen_t
ParseAddress(const char *address, uint16_t port, Address *result)
{
	memset(result, 0, sizeof(*result));
	if (inet_pton(AF_INET, address, &result->four.sin_addr) == 1)
	{
		result->four.sin_family = AF_INET;
		result->four.sin_port = htons(port);
		return sizeof(result->four);
	}
	if (inet_pton(AF_INET6, address, &result->six.sin6_addr) == 1)
	{
		result->six.sin6_family = AF_INET6;
		result->six.sin6_port = htons(port);
		return sizeof(result->six);
	}
	return 0;
}

/* Sets up the socket; false with errno. */
static bool
Bind(int descriptor, const Address *address, socklen_t length)
{
	int			yes = 1;

	/* A port whose last connections are dying is free. */
	return setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes,
					  sizeof(yes)) == 0
		&& (address->any.sa_family != AF_INET6
			|| setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &yes,
						  sizeof(yes)) == 0)
		&& bind(descriptor, &address->any, length) == 0
		&& listen(descriptor, BACKLOG) == 0;
}

int
ListenSocket(const char *address, uint16_t port, uint16_t *bound_port,
			 char *error, size_t error_size)
{
	Address		where;
	socklen_t	length = ParseAddress(address, port, &where);
	int			descriptor;

	if (length == 0)
	{
		snprintf(error, error_size, "'%s' is no numeric IP address", address);
		return -1;
	}
	descriptor = socket(where.any.sa_family,
						SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (descriptor >= 0 && Bind(descriptor, &where, length)
		&& getsockname(descriptor, &where.any, &length) == 0)
	{
		*bound_port = ntohs(where.any.sa_family == AF_INET
							? where.four.sin_port : where.six.sin6_port);
		return descriptor;
	}
	snprintf(error, error_size, "cannot listen on %s port %u: %s", address,
			 port, strerror(errno));
	if (descriptor >= 0)
		close(descriptor);
	return -1;
}
