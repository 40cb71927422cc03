/*
 * stream.c
 *		An answer whose body comes bit by bit.
 *
 * The writer and the server's thread share the stream; the one that lets go
 * of it last frees it.  With nothing to send the connection is suspended and
 * the next write resumes it, both under the stream's lock, so that no wake-up
 * is lost.
 */
#include "server.h"

#include <stdlib.h>
#include <string.h>

struct HTTPStream
{
	pthread_mutex_t lock;
	Lane	   *lane;
	struct MHD_Connection *connection;
	uint8_t    *bytes;			/* what waits to be sent */
	size_t		length;
	size_t		capacity;
	size_t		limit;
	bool		is_suspended;
	bool		is_ended;		/* by the writer */
	bool		is_gone;		/* the client, or it was too slow */
	bool		is_released;	/* by the server's thread */
};

static void
StreamFree(HTTPStream *stream)
{
	pthread_mutex_destroy(&stream->lock);
	free(stream->bytes);
	free(stream);
}

/* Called by the server's thread whenever the socket takes more. */
static ssize_t
StreamRead(void *context, uint64_t position, char *buffer, size_t room)
{
	HTTPStream *stream = context;
	ssize_t		taken;

	(void) position;
	pthread_mutex_lock(&stream->lock);
	if (stream->is_gone)
		taken = MHD_CONTENT_READER_END_WITH_ERROR;
	else if (stream->length > 0)
	{
		taken = (ssize_t) (stream->length < room ? stream->length : room);
		memcpy(buffer, stream->bytes, (size_t) taken);
		stream->length -= (size_t) taken;
		memmove(stream->bytes, stream->bytes + taken, stream->length);
	}
	else if (stream->is_ended)
		taken = MHD_CONTENT_READER_END_OF_STREAM;
	else
	{
		stream->is_suspended = true;
		MHD_suspend_connection(stream->connection);
		taken = 0;
	}
	pthread_mutex_unlock(&stream->lock);
	return taken;
}

/* Called by the server's thread when the answer is over, one way or another. */
static void
StreamLetGo(void *context)
{
	HTTPStream *stream = context;
	bool		is_last;

	pthread_mutex_lock(&stream->lock);
	is_last = stream->is_ended;
	stream->is_gone = true;
	stream->is_released = true;
	pthread_mutex_unlock(&stream->lock);
	if (is_last)
		StreamFree(stream);
}

/* With the lock held: makes the server's thread look at the stream again. */
static void
StreamWake(HTTPStream *stream)
{
	if (stream->is_suspended)
	{
		stream->is_suspended = false;
		LaneResume(stream->lane, stream->connection);
	}
}

HTTPStream *
HTTPStreamStart(HTTPRequest *request, uint32_t status,
				const HTTPField *headers, size_t header_count,
				size_t buffer_limit)
{
	HTTPStream *stream = calloc(1, sizeof(HTTPStream));
	struct MHD_Response *response = NULL;

	if (stream)
	{
		pthread_mutex_init(&stream->lock, NULL);
		stream->lane = request->lane;
		stream->connection = request->connection;
		stream->limit = buffer_limit;
		response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096,
													 StreamRead, stream,
													 StreamLetGo);
	}
	if (!response)
	{
		if (stream)
			StreamFree(stream);
		HTTPAnswer(request, MHD_HTTP_SERVICE_UNAVAILABLE, NULL, 0, NULL, 0);
		return NULL;
	}
	request->is_stream = true;
	RequestRespond(request, status, response, headers, header_count);
	return stream;
}

/* With the lock held: room for length more bytes. */
static bool
StreamGrow(HTTPStream *stream, size_t length)
{
	size_t		capacity = (stream->length + length) * 2;
	uint8_t    *bytes;

	if (length > stream->limit - stream->length)
		return false;
	if (stream->length + length <= stream->capacity)
		return true;
	bytes = realloc(stream->bytes, capacity);
	if (!bytes)
		return false;
	stream->bytes = bytes;
	stream->capacity = capacity;
	return true;
}

bool
HTTPStreamWrite(HTTPStream *stream, const uint8_t *bytes, size_t length)
{
	bool		is_there;

	pthread_mutex_lock(&stream->lock);
	if (!stream->is_gone && !StreamGrow(stream, length))
	{
		stream->is_gone = true;
		StreamWake(stream);
	}
	is_there = !stream->is_gone;
	if (is_there && length > 0)
	{
		memcpy(stream->bytes + stream->length, bytes, length);
		stream->length += length;
		StreamWake(stream);
	}
	pthread_mutex_unlock(&stream->lock);
	return is_there;
}

void
HTTPStreamEnd(HTTPStream *stream)
{
	bool		is_last;

	pthread_mutex_lock(&stream->lock);
	is_last = stream->is_released;
	stream->is_ended = true;
	StreamWake(stream);
	pthread_mutex_unlock(&stream->lock);
	if (is_last)
		StreamFree(stream);
}
