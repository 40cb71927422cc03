/*
 * server.h
 *		What the files of the server share.
 */
#ifndef BELLWETHER_HTTP_SERVER_PRIVATE_H
#define BELLWETHER_HTTP_SERVER_PRIVATE_H

#include "fields.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

/*
 * How many times the longest silence a client may take: to send a head or a
 * body, and to read a whole answer.
 */
#define IDLES_TO_ASK 2
#define IDLES_TO_READ 10

/* The least often that a lane looks up, in ms. */
#define LANE_TICK 500

/* A thread that serves some of the connections. */
typedef struct Lane
{
	HTTPServer *server;
	uint32_t	number;
	struct MHD_Daemon *daemon;	/* has no thread of its own */
	int			epoll;			/* the daemon's, the waker's, watched ones */
	int			waker;			/* an eventfd: something has changed */
	bool		is_awake;		/* its thread has changed something itself */
	pthread_t	thread;
	atomic_bool is_quiet;		/* it is to take no new connections */
	atomic_bool is_ending;
} Lane;

struct HTTPServer
{
	Lane	   *lanes;
	uint32_t	lane_count;		/* of those that run */
	uint16_t	port;
	atomic_bool is_started;
	char		complaint[512];	/* libmicrohttpd's last one, until it started */
	size_t		body_limit;
	uint32_t	idle_seconds;
	pthread_mutex_t lock;		/* of what follows; see slow.c */
	struct Deadline *deadlines;
	pthread_cond_t ending;
	bool		is_ending;
	pthread_t	watch;
	void	   *context;
	void		(*handle) (void *context, HTTPRequest *request);
	void		(*readable) (void *context, uint32_t lane, uint64_t token);
	void		(*tick) (void *context, uint32_t lane);
};

struct HTTPRequest
{
	Lane	   *lane;
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
	bool		is_stream;		/* its answer ends when it likes */
	/* Set by the answer, then the connection is resumed. */
	struct MHD_Response *response;
	uint32_t	status;
};

/*
 * lane.c: begins to serve with a daemon that has been started; ends, which the
 * daemon survives.
 */
bool		LaneStart(Lane *lane);

/* Makes its thread look again, from any thread. */
void		LaneWake(Lane *lane);

/* The connection goes on where it was suspended. */
void		LaneResume(Lane *lane, struct MHD_Connection *connection);
void		LaneStop(Lane *lane);

/*
 * listen.c: a socket that listens there, or -1 with a sentence in error.
 */
int			ListenSocket(const char *address, uint16_t port,
						 uint16_t *bound_port, char *error, size_t error_size);

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
