/*
 * server.h
 *		What the files of the server share.
 */
#ifndef BELLWETHER_HTTP_SERVER_PRIVATE_H
#define BELLWETHER_HTTP_SERVER_PRIVATE_H

#include "fields.h"

#include <microhttpd.h>
#include <pthread.h>

/*
 * How many times the longest silence a client may take: to send a head or a
 * body, and to read a whole answer.
 */
#define IDLES_TO_ASK 2
#define IDLES_TO_READ 10

struct HTTPServer
{
	struct MHD_Daemon *daemon;
	size_t		body_limit;
	uint32_t	idle_seconds;
	pthread_mutex_t lock;		/* of what follows; see slow.c */
	struct Deadline *deadlines;
	pthread_cond_t ending;
	bool		is_ending;
	pthread_t	watch;
	void	   *context;
	bool		(*answer_at_once) (void *context, HTTPRequest *request);
	void		(*handle) (void *context, HTTPRequest *request);
};

struct HTTPRequest
{
	HTTPServer *server;
	struct MHD_Connection *connection;
	const char *method;			/* these and the fields are the connection's */
	const char *path;
	Fields		headers;
	Fields		parameters;
	uint8_t    *body;
	size_t		body_length;
	size_t		body_capacity;
	bool		is_too_long;
	size_t		dropped;		/* bytes beyond the limit */
	bool		is_handed_over;
	bool		is_stream;		/* its answer ends when it likes */
	/* Set by the answer, then the connection is resumed. */
	struct MHD_Response *response;
	uint32_t	status;
};

/*
 * slow.c: the time by which a connection's next step must be done, in longest
 * silences; 0: no such time, it is ours to do.
 */
void		DeadlineSet(HTTPServer *server, struct MHD_Connection *connection,
						unsigned int idles);
void		DeadlineNotify(void *context, struct MHD_Connection *connection,
						   void **socket_context,
						   enum MHD_ConnectionNotificationCode code);
bool		WatchStart(HTTPServer *server);

/* Before the connections end; WatchFree after. */
void		WatchStop(HTTPServer *server);
void		WatchFree(HTTPServer *server);

/* Queues what answers the request and wakes its connection. */
void		RequestRespond(HTTPRequest *request, uint32_t status,
						   struct MHD_Response *response,
						   const HTTPField *headers, size_t header_count);

#endif
