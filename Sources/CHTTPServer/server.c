/*
 * server.c
 *		Start and stop, and the way of a request from its first byte to its
 *		answer.
 *
 * libmicrohttpd calls HandleAccess for the first time when the headers are
 * there, then for each piece of the body, then with size 0: the request is
 * complete.  Its connection is suspended and it is handed over; the answer
 * resumes the connection, HandleAccess is called once more and queues it.
 */
#include "server.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum MHD_Result
CollectField(void *context, enum MHD_ValueKind kind, const char *name,
			 const char *value)
{
	(void) kind;
	return FieldsAdd(context, name, value ? value : "") ? MHD_YES : MHD_NO;
}

static void
RequestFree(HTTPRequest *request)
{
	if (request->response)
		MHD_destroy_response(request->response);
	FieldsFree(&request->headers);
	FieldsFree(&request->parameters);
	free(request->body);
	free(request);
}

static HTTPRequest *
RequestMake(Lane *lane, struct MHD_Connection *connection,
			const char *method, const char *path)
{
	HTTPRequest *request = calloc(1, sizeof(HTTPRequest));

	if (!request)
		return NULL;
	request->lane = lane;
	request->connection = connection;
	request->method = method;
	request->path = path;
	if (MHD_get_connection_values(connection, MHD_HEADER_KIND, CollectField,
									 &request->headers) < 0
		|| MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND,
									 CollectField, &request->parameters) < 0)
	{
		RequestFree(request);
		return NULL;
	}
	return request;
}

/* Whether the client announces a longer body than is taken. */
static bool
AnnouncesTooMuch(const HTTPRequest *request)
{
	const char *text = MHD_lookup_connection_value(request->connection,
												   MHD_HEADER_KIND,
												   MHD_HTTP_HEADER_CONTENT_LENGTH);

	return text && strtoull(text, NULL, 10) > request->lane->server->body_limit;
}

/*
 * Keeps a piece of the body.  Of one that is too long as much again is read
 * and dropped, so that its client can be told; after that it is cut off.
 */
static bool
AppendBody(HTTPRequest *request, const char *bytes, size_t length)
{
	if (request->is_too_long
		|| length > request->lane->server->body_limit - request->body_length)
	{
		request->is_too_long = true;
		request->dropped += length;
		return request->dropped <= request->lane->server->body_limit;
	}
	if (request->body_length + length > request->body_capacity)
	{
		size_t		capacity = (request->body_length + length) * 2;
		uint8_t    *body = realloc(request->body, capacity);

		if (!body)
			return false;
		request->body = body;
		request->body_capacity = capacity;
	}
	memcpy(request->body + request->body_length, bytes, length);
	request->body_length += length;
	return true;
}

/* Answers before the body is sent; the connection is closed after it. */
static enum MHD_Result
RefuseBody(struct MHD_Connection *connection)
{
	static const char text[] = "{\"type\":\"about:blank\",\"status\":413,"
		"\"title\":\"Content Too Large\",\"code\":\"body_too_large\"}";
	struct MHD_Response *response =
		MHD_create_response_from_buffer(sizeof(text) - 1, (void *) text,
										MHD_RESPMEM_PERSISTENT);
	enum MHD_Result result;

	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
							"application/problem+json");
	result = MHD_queue_response(connection, MHD_HTTP_CONTENT_TOO_LARGE,
								response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result
HandleAccess(void *context, struct MHD_Connection *connection,
			 const char *url, const char *method, const char *version,
			 const char *upload_data, size_t *upload_data_size,
			 void **request_context)
{
	Lane	   *lane = context;
	HTTPServer *server = lane->server;
	HTTPRequest *request = *request_context;

	(void) version;
	if (!request)
	{
		request = RequestMake(lane, connection, method, url);
		*request_context = request;
		DeadlineSet(server, connection, IDLES_TO_ASK);
		if (request && AnnouncesTooMuch(request))
			return RefuseBody(connection);
		return request ? MHD_YES : MHD_NO;
	}
	if (*upload_data_size > 0)
	{
		bool		kept = AppendBody(request, upload_data, *upload_data_size);

		*upload_data_size = 0;
		return kept ? MHD_YES : MHD_NO;
	}
	if (request->response)
	{
		DeadlineSet(server, connection,
					request->is_stream ? 0 : IDLES_TO_READ);
		return MHD_queue_response(connection, request->status,
								  request->response);
	}
	DeadlineSet(server, connection, 0);
	MHD_suspend_connection(connection);
	server->handle(server->context, request);
	return MHD_YES;
}

static void
HandleCompleted(void *context, struct MHD_Connection *connection,
				void **request_context,
				enum MHD_RequestTerminationCode reason)
{
	Lane	   *lane = context;

	(void) reason;
	/* Another request may follow. */
	DeadlineSet(lane->server, connection, IDLES_TO_ASK);
	if (*request_context)
		RequestFree(*request_context);
	*request_context = NULL;
}

void
RequestRespond(HTTPRequest *request, uint32_t status,
			   struct MHD_Response *response, const HTTPField *headers,
			   size_t header_count)
{
	struct MHD_Connection *connection = request->connection;
	Lane	   *lane = request->lane;

	for (size_t i = 0; i < header_count; i++)
		MHD_add_response_header(response, headers[i].name, headers[i].value);
	request->status = status;
	request->response = response;
	/* From here on the request belongs to the lane's thread. */
	LaneResume(lane, connection);
}

/*
 * libmicrohttpd's own complaints: the last one says why it did not start.  It
 * goes on complaining for as long as it lives, of clients that left for one.
 */
static void
KeepComplaint(void *context, const char *format, va_list arguments)
{
	HTTPServer *server = context;

	if (!server->is_started)
		vsnprintf(server->complaint, sizeof(server->complaint), format,
				  arguments);
}

/* A daemon without a thread, which accepts from the socket and owns it. */
static struct MHD_Daemon *
DaemonStart(const HTTPServerSettings *settings, Lane *lane, int socket)
{
	unsigned int flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME
		| MHD_USE_ERROR_LOG;
	struct MHD_OptionItem options[16];
	int			count = 0;
	uint32_t	connections = settings->connections / settings->lanes;

#define OPTION(name, number, pointer) \
	options[count++] = (struct MHD_OptionItem) {name, number, pointer}
	OPTION(MHD_OPTION_LISTEN_SOCKET, socket, NULL);
	OPTION(MHD_OPTION_CONNECTION_LIMIT, connections ? connections : 1, NULL);
	OPTION(MHD_OPTION_CONNECTION_TIMEOUT, settings->idle_seconds, NULL);
	if (settings->certificate)
	{
		flags |= MHD_USE_TLS;
		OPTION(MHD_OPTION_HTTPS_MEM_CERT, 0, (void *) settings->certificate);
		OPTION(MHD_OPTION_HTTPS_MEM_KEY, 0, (void *) settings->private_key);
		OPTION(MHD_OPTION_HTTPS_PRIORITIES, 0,
			   "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2");
	}
	OPTION(MHD_OPTION_END, 0, NULL);
#undef OPTION

	return MHD_start_daemon(flags, 0, NULL, NULL, HandleAccess, lane,
							MHD_OPTION_EXTERNAL_LOGGER, KeepComplaint,
							lane->server, MHD_OPTION_NOTIFY_COMPLETED,
							HandleCompleted, lane,
							MHD_OPTION_NOTIFY_CONNECTION, DeadlineNotify,
							lane->server, MHD_OPTION_ARRAY, options,
							MHD_OPTION_END);
}

/* Starts the lane with a descriptor of its own for the socket. */
static bool
ServerAddLane(HTTPServer *server, const HTTPServerSettings *settings,
			  int socket)
{
	Lane	   *lane = &server->lanes[server->lane_count];
	int			own = fcntl(socket, F_DUPFD_CLOEXEC, 0);

	lane->server = server;
	lane->number = server->lane_count;
	if (own < 0)
		return false;
	lane->daemon = DaemonStart(settings, lane, own);
	if (!lane->daemon)
	{
		close(own);
		return false;
	}
	if (!LaneStart(lane))
	{
		MHD_stop_daemon(lane->daemon);
		return false;
	}
	server->lane_count++;
	return true;
}

static HTTPServer *
ServerMake(const HTTPServerSettings *settings)
{
	HTTPServer *server = calloc(1, sizeof(HTTPServer));

	if (!server)
		return NULL;
	server->lanes = calloc(settings->lanes, sizeof(Lane));
	server->body_limit = settings->body_limit;
	server->idle_seconds = settings->idle_seconds;
	server->context = settings->context;
	server->handle = settings->handle;
	server->readable = settings->readable;
	server->tick = settings->tick;
	if (server->lanes && WatchStart(server))
		return server;
	free(server->lanes);
	free(server);
	return NULL;
}

HTTPServer *
HTTPServerStart(const HTTPServerSettings *settings, char *error,
				size_t error_size)
{
	HTTPServer *server;
	uint16_t	port;
	int			socket = ListenSocket(settings->address, settings->port, &port,
									  error, error_size);

	if (socket < 0)
		return NULL;
	server = ServerMake(settings);
	if (!server)
	{
		snprintf(error, error_size, "no memory or no thread for the server");
		close(socket);
		return NULL;
	}
	server->port = port;
	while (server->lane_count < settings->lanes
		   && ServerAddLane(server, settings, socket))
		;
	close(socket);
	server->is_started = server->lane_count == settings->lanes;
	if (server->is_started)
		return server;
	server->complaint[strcspn(server->complaint, "\n")] = '\0';
	snprintf(error, error_size, "cannot serve on %s port %u: %s",
			 settings->address, port,
			 server->complaint[0] ? server->complaint : "no reason was given");
	HTTPServerStop(server);
	return NULL;
}

uint16_t
HTTPServerPort(const HTTPServer *server)
{
	return server->port;
}

void
HTTPServerQuiesce(HTTPServer *server)
{
	for (uint32_t i = 0; i < server->lane_count; i++)
	{
		atomic_store(&server->lanes[i].is_quiet, true);
		LaneWake(&server->lanes[i]);
	}
}

void
HTTPServerStop(HTTPServer *server)
{
	WatchStop(server);
	for (uint32_t i = 0; i < server->lane_count; i++)
		LaneStop(&server->lanes[i]);
	for (uint32_t i = 0; i < server->lane_count; i++)
		MHD_stop_daemon(server->lanes[i].daemon);
	WatchFree(server);
	free(server->lanes);
	free(server);
}
