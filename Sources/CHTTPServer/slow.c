/*
 * slow.c
 *		Sends away clients that take too long to say what they want, or to read
 *		what they asked for.
 *
 * libmicrohttpd's own limit is on silence: a client that sends a byte now and
 * then would hold its connection for ever.  Here each connection has a time by
 * which the next step must be done: the head of a request, its body, the
 * reading of the answer.  A thread looks at all of them and shuts the sockets
 * of those that are late; their own threads then see them closed.
 */
#include "server.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

struct Deadline
{
	struct Deadline *next;
	struct Deadline **before;	/* what points here */
	MHD_socket	socket;
	time_t		at;				/* monotonic seconds; 0: none */
};

static time_t
Now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static struct Deadline *
DeadlineOf(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

void
DeadlineSet(HTTPServer *server, struct MHD_Connection *connection,
			unsigned int idles)
{
	struct Deadline *deadline = DeadlineOf(connection);

	if (!deadline)
		return;
	pthread_mutex_lock(&server->lock);
	deadline->at = idles ? Now() + (time_t) idles * server->idle_seconds : 0;
	pthread_mutex_unlock(&server->lock);
}

void
DeadlineNotify(void *context, struct MHD_Connection *connection,
			   void **socket_context,
			   enum MHD_ConnectionNotificationCode code)
{
	HTTPServer *server = context;
	struct Deadline *deadline = *socket_context;

	pthread_mutex_lock(&server->lock);
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
	{
		const union MHD_ConnectionInfo *info =
			MHD_get_connection_info(connection,
									MHD_CONNECTION_INFO_CONNECTION_FD);

		deadline = info ? calloc(1, sizeof(struct Deadline)) : NULL;
		if (deadline)
		{
			deadline->socket = info->connect_fd;
			deadline->at = Now() + (time_t) IDLES_TO_ASK * server->idle_seconds;
			deadline->next = server->deadlines;
			deadline->before = &server->deadlines;
			if (deadline->next)
				deadline->next->before = &deadline->next;
			server->deadlines = deadline;
		}
		*socket_context = deadline;
	}
	else if (deadline)
	{
		*deadline->before = deadline->next;
		if (deadline->next)
			deadline->next->before = deadline->before;
		free(deadline);
		*socket_context = NULL;
	}
	pthread_mutex_unlock(&server->lock);
}

static void *
Watch(void *context)
{
	HTTPServer *server = context;

	pthread_mutex_lock(&server->lock);
	while (!server->is_ending)
	{
		time_t		now = Now();
		struct timespec until;

		for (struct Deadline *one = server->deadlines; one; one = one->next)
			if (one->at && one->at <= now)
			{
				/* The descriptor is closed only after its end was notified. */
				shutdown(one->socket, SHUT_RDWR);
				one->at = 0;
			}
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += 1 + server->idle_seconds / 4;
		pthread_cond_timedwait(&server->ending, &server->lock, &until);
	}
	pthread_mutex_unlock(&server->lock);
	return NULL;
}

bool
WatchStart(HTTPServer *server)
{
	pthread_condattr_t attributes;
	bool		is_there;

	pthread_mutex_init(&server->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&server->ending, &attributes);
	pthread_condattr_destroy(&attributes);
	is_there = pthread_create(&server->watch, NULL, Watch, server) == 0;
	if (!is_there)
	{
		pthread_cond_destroy(&server->ending);
		pthread_mutex_destroy(&server->lock);
	}
	return is_there;
}

void
WatchStop(HTTPServer *server)
{
	pthread_mutex_lock(&server->lock);
	server->is_ending = true;
	pthread_cond_signal(&server->ending);
	pthread_mutex_unlock(&server->lock);
	pthread_join(server->watch, NULL);
}

void
WatchFree(HTTPServer *server)
{
	pthread_cond_destroy(&server->ending);
	pthread_mutex_destroy(&server->lock);
}
