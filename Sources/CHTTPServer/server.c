/*
 * server.c
 *		Start and stop, and the way of a request from its first byte to its
 *		answer.
 *
 * libmicrohttpd calls HandleAccess for the first time when the headers are
 * there, then for each piece of the body, then with size 0: the request is
 * complete.  It is answered at once, or its connection is suspended and it is
 * handed over: then the answer resumes the connection, HandleAccess is called
 * once more and queues it.
 */
#include "server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
RequestMake(HTTPServer *server, struct MHD_Connection *connection,
			const char *method, const char *path)
{
	HTTPRequest *request = calloc(1, sizeof(HTTPRequest));

	if (!request)
		return NULL;
	request->server = server;
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

	return text && strtoull(text, NULL, 10) > request->server->body_limit;
}

/*
 * Keeps a piece of the body.  Of one that is too long as much again is read
 * and dropped, so that its client can be told; after that it is cut off.
 */
static bool
AppendBody(HTTPRequest *request, const char *bytes, size_t length)
{
	if (request->is_too_long
		|| length > request->server->body_limit - request->body_length)
	{
		request->is_too_long = true;
		request->dropped += length;
		return request->dropped <= request->server->body_limit;
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
	HTTPServer *server = context;
	HTTPRequest *request = *request_context;

	(void) version;
	if (!request)
	{
		request = RequestMake(server, connection, method, url);
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
	if (request->response
		|| (!request->is_handed_over
			&& server->answer_at_once(server->context, request)))
	{
		DeadlineSet(server, connection,
					request->is_stream ? 0 : IDLES_TO_READ);
		return MHD_queue_response(connection, request->status,
								  request->response);
	}
	if (!request->is_handed_over)
	{
		DeadlineSet(server, connection, 0);
		request->is_handed_over = true;
		MHD_suspend_connection(connection);
		server->handle(server->context, request);
	}
	return MHD_YES;
}

static void
HandleCompleted(void *context, struct MHD_Connection *connection,
				void **request_context,
				enum MHD_RequestTerminationCode reason)
{
	(void) reason;
	/* Another request may follow. */
	DeadlineSet(context, connection, IDLES_TO_ASK);
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

	for (size_t i = 0; i < header_count; i++)
		MHD_add_response_header(response, headers[i].name, headers[i].value);
	request->status = status;
	request->response = response;
	/* From here on the request belongs to the server's thread. */
	if (request->is_handed_over)
		MHD_resume_connection(connection);
}

/* The numeric address and the port as a socket address; false if it is none. */
static bool
ParseAddress(const char *address, uint16_t port,
			 struct sockaddr_storage *result)
{
	struct sockaddr_in *four = (struct sockaddr_in *) result;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *) result;

	memset(result, 0, sizeof(*result));
	if (inet_pton(AF_INET, address, &four->sin_addr) == 1)
	{
		four->sin_family = AF_INET;
		four->sin_port = htons(port);
		return true;
	}
	if (inet_pton(AF_INET6, address, &six->sin6_addr) == 1)
	{
		six->sin6_family = AF_INET6;
		six->sin6_port = htons(port);
		return true;
	}
	return false;
}

/* libmicrohttpd's own complaints: the last one says why it did not start. */
static void
KeepComplaint(void *context, const char *format, va_list arguments)
{
	vsnprintf(context, 512, format, arguments);
}

HTTPServer *
HTTPServerStart(const HTTPServerSettings *settings, char *error,
				size_t error_size)
{
	struct sockaddr_storage address;
	HTTPServer *server;
	unsigned int flags = MHD_USE_AUTO_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME
		| MHD_USE_ERROR_LOG;
	char		complaint[512] = "";
	struct MHD_OptionItem options[16];
	int			count = 0;

	if (!ParseAddress(settings->address, settings->port, &address))
	{
		snprintf(error, error_size, "'%s' is no numeric IP address",
				 settings->address);
		return NULL;
	}
	server = calloc(1, sizeof(HTTPServer));
	if (!server)
	{
		snprintf(error, error_size, "out of memory");
		return NULL;
	}
	server->body_limit = settings->body_limit;
	server->idle_seconds = settings->idle_seconds;
	server->context = settings->context;
	server->answer_at_once = settings->answer_at_once;
	server->handle = settings->handle;
	if (!WatchStart(server))
	{
		snprintf(error, error_size, "no thread can be started");
		free(server);
		return NULL;
	}
	if (address.ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;

#define OPTION(name, number, pointer) \
	options[count++] = (struct MHD_OptionItem) {name, number, pointer}
	OPTION(MHD_OPTION_SOCK_ADDR, 0, &address);
	OPTION(MHD_OPTION_CONNECTION_LIMIT, settings->connections, NULL);
	OPTION(MHD_OPTION_CONNECTION_TIMEOUT, settings->idle_seconds, NULL);
	if (settings->threads > 1)
		OPTION(MHD_OPTION_THREAD_POOL_SIZE, settings->threads, NULL);
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

	server->daemon =
		MHD_start_daemon(flags, settings->port, NULL, NULL, HandleAccess,
						 server, MHD_OPTION_EXTERNAL_LOGGER, KeepComplaint,
						 complaint, MHD_OPTION_NOTIFY_COMPLETED,
						 HandleCompleted, server,
						 MHD_OPTION_NOTIFY_CONNECTION, DeadlineNotify, server,
						 MHD_OPTION_ARRAY, options, MHD_OPTION_END);
	if (!server->daemon)
	{
		WatchStop(server);
		WatchFree(server);
		complaint[strcspn(complaint, "\n")] = '\0';
		snprintf(error, error_size, "cannot listen on %s port %u: %s",
				 settings->address, settings->port,
				 complaint[0] ? complaint : "no reason was given");
		free(server);
		return NULL;
	}
	return server;
}

uint16_t
HTTPServerPort(const HTTPServer *server)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);

	return info ? info->port : 0;
}

void
HTTPServerQuiesce(HTTPServer *server)
{
	MHD_quiesce_daemon(server->daemon);
}

void
HTTPServerStop(HTTPServer *server)
{
	WatchStop(server);
	MHD_stop_daemon(server->daemon);
	WatchFree(server);
	free(server);
}
