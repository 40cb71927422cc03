/*
 * http_server.h
 *		An HTTP/1.1 server on libmicrohttpd: whole requests in, answers or
 *		streams out, from any thread.
 *
 * A request that is complete (or whose body is too long) is handed over and
 * its connection waits, at no cost of a thread, until somebody answers it with
 * HTTPAnswer or HTTPStreamStart.  Each request must be answered exactly once;
 * after that its pointer must not be used.
 *
 * A connection belongs to a lane: a thread with a loop of its own.  A lane can
 * watch other descriptors as well, as those of database sessions, so that a
 * request is asked and answered without a change of threads.
 *
 * Every function may be called from any thread.
 */
#ifndef BELLWETHER_HTTP_SERVER_H
#define BELLWETHER_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct HTTPServer HTTPServer;
typedef struct HTTPRequest HTTPRequest;
typedef struct HTTPStream HTTPStream;

/* A name and a value, both ended by NUL. */
typedef struct HTTPField
{
	const char *name;
	const char *value;
} HTTPField;

typedef struct HTTPServerSettings
{
	const char *address;		/* numeric, IPv4 or IPv6 */
	uint16_t	port;			/* 0: any free one */
	uint32_t	lanes;			/* threads that read and write sockets */
	uint32_t	connections;	/* at a time, all clients */
	uint32_t	idle_seconds;	/* a silent client is sent away after it */
	size_t		body_limit;		/* bytes; a longer body is dropped */
	const char *certificate;	/* PEM texts, or both NULL for no TLS */
	const char *private_key;
	void	   *context;		/* the first argument of both functions */

	/*
	 * These are called on a lane's thread and must not block: with each
	 * request; with a watched descriptor that can be read, or is closed by its
	 * other end; and twice a second.
	 */
	void		(*handle) (void *context, HTTPRequest *request);
	void		(*readable) (void *context, uint32_t lane, uint64_t token);
	void		(*tick) (void *context, uint32_t lane);
} HTTPServerSettings;

/*
 * Begins to listen.  NULL with a sentence in error if it cannot.
 */
HTTPServer *HTTPServerStart(const HTTPServerSettings *settings, char *error,
							size_t error_size);

/* The port that is listened on. */
uint16_t	HTTPServerPort(const HTTPServer *server);

/* Takes no new connections; those that are there go on. */
void		HTTPServerQuiesce(HTTPServer *server);

/*
 * Ends the server and frees it.  Every request must have been answered and
 * every stream ended before.
 */
void		HTTPServerStop(HTTPServer *server);

/* What the client sent.  The pointers live until the request is answered. */
const char *HTTPRequestMethod(const HTTPRequest *request);
const char *HTTPRequestPath(const HTTPRequest *request);
const uint8_t *HTTPRequestBody(const HTTPRequest *request, size_t *length);
bool		HTTPRequestIsTooLong(const HTTPRequest *request);
uint32_t	HTTPRequestLane(const HTTPRequest *request);

/*
 * Calls readable with the token, which must not be one of the two highest,
 * whenever the descriptor can be read, until it is closed; on this lane.
 */
bool		HTTPRequestWatch(const HTTPRequest *request, int descriptor,
							 uint64_t token);

/* Headers or query parameters one after another: false after the last. */
size_t		HTTPRequestHeaderCount(const HTTPRequest *request);
HTTPField	HTTPRequestHeader(const HTTPRequest *request, size_t place);
size_t		HTTPRequestParameterCount(const HTTPRequest *request);
HTTPField	HTTPRequestParameter(const HTTPRequest *request, size_t place);

/* Answers with these bytes, which are copied. */
void		HTTPAnswer(HTTPRequest *request, uint32_t status,
					   const HTTPField *headers, size_t header_count,
					   const uint8_t *body, size_t body_length);

/*
 * Answers with a body that comes bit by bit, until HTTPStreamEnd.  At most
 * buffer_limit bytes wait for a slow client: one that is slower is sent away.
 */
HTTPStream *HTTPStreamStart(HTTPRequest *request, uint32_t status,
							const HTTPField *headers, size_t header_count,
							size_t buffer_limit);

/* False once the client is gone: then only HTTPStreamEnd is left to call. */
bool		HTTPStreamWrite(HTTPStream *stream, const uint8_t *bytes,
							size_t length);

/* Sends what waits and closes; the stream must not be used afterwards. */
void		HTTPStreamEnd(HTTPStream *stream);

#endif
