/*
 * request.c
 *		What a request says, and a whole answer to it.
 */
#include "server.h"

const char *
HTTPRequestMethod(const HTTPRequest *request)
{
	return request->method;
}

const char *
HTTPRequestPath(const HTTPRequest *request)
{
	return request->path;
}

const uint8_t *
HTTPRequestBody(const HTTPRequest *request, size_t *length)
{
	*length = request->body_length;
	return request->body;
}

bool
HTTPRequestIsTooLong(const HTTPRequest *request)
{
	return request->is_too_long;
}

uint32_t
HTTPRequestLane(const HTTPRequest *request)
{
	return request->lane->number;
}

size_t
HTTPRequestHeaderCount(const HTTPRequest *request)
{
	return request->headers.count;
}

HTTPField
HTTPRequestHeader(const HTTPRequest *request, size_t place)
{
	return request->headers.items[place];
}

size_t
HTTPRequestParameterCount(const HTTPRequest *request)
{
	return request->parameters.count;
}

HTTPField
HTTPRequestParameter(const HTTPRequest *request, size_t place)
{
	return request->parameters.items[place];
}

void
HTTPAnswer(HTTPRequest *request, uint32_t status, const HTTPField *headers,
		   size_t header_count, const uint8_t *body, size_t body_length)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(body_length, (void *) body,
										MHD_RESPMEM_MUST_COPY);

	RequestRespond(request, status, response, headers, header_count);
}
