/*
 * server.h
 *		What the files of the server share.
 */
#ifndef BELLWETHER_HTTP_SERVER_PRIVATE_H
#define BELLWETHER_HTTP_SERVER_PRIVATE_H

#include "fields.h"

#include <microhttpd.h>
#include <pthread.h>

struct HTTPServer
{
	struct MHD_Daemon *daemon;
	size_t		body_limit;
	void	   *context;
	void		(*handle) (void *context, HTTPRequest *request);
};

struct HTTPRequest
{
	HTTPServer *server;
	struct MHD_Connection *connection;
	char	   *method;
	char	   *path;
	char		client[64];		/* numeric address */
	Fields		headers;
	Fields		parameters;
	uint8_t    *body;
	size_t		body_length;
	size_t		body_capacity;
	bool		is_too_long;
	size_t		dropped;		/* bytes beyond the limit */
	bool		is_handed_over;
	/* Set by the answer, then the connection is resumed. */
	struct MHD_Response *response;
	uint32_t	status;
};

/* Queues what answers the request and wakes its connection. */
void		RequestRespond(HTTPRequest *request, uint32_t status,
						   struct MHD_Response *response,
						   const HTTPField *headers, size_t header_count);

#endif
