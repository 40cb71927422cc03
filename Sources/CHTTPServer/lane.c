/*
 * lane.c
 *		The loop of a lane: its connections, and the descriptors that it watches.
 *
 * libmicrohttpd runs without threads of its own.  All its sockets are in one
 * epoll descriptor, which is watched here beside the others: one thread sees a
 * request, sends its question to the database, sees the answer and sends it
 * on.  With a thread that waits for each there would be four changes of thread
 * to a request instead of two.
 */
#define _GNU_SOURCE				/* SCHED_BATCH */
#include "server.h"

#include <errno.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define TOKEN_DAEMON UINT64_MAX
#define TOKEN_WAKER (UINT64_MAX - 1)
#define EVENTS 64

/* The lane whose thread this is. */
static _Thread_local Lane *current;

static bool
Watch(const Lane *lane, int descriptor, uint64_t token)
{
	struct epoll_event event = {.events = EPOLLIN,.data.u64 = token};

	return epoll_ctl(lane->epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

bool
HTTPRequestWatch(const HTTPRequest *request, int descriptor, uint64_t token)
{
	return Watch(request->lane, descriptor, token);
}

static int64_t
Milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* How long there may be nothing to do, in ms; 0: the daemon has something. */
static int
Patience(Lane *lane)
{
	MHD_UNSIGNED_LONG_LONG wanted;

	if (lane->is_awake)
		return 0;
	if (MHD_get_timeout(lane->daemon, &wanted) == MHD_YES
		&& wanted < LANE_TICK)
		return (int) wanted;
	return LANE_TICK;
}

static void
LaneTurn(Lane *lane)
{
	HTTPServer *server = lane->server;
	struct epoll_event events[EVENTS];
	int			patience = Patience(lane);
	int			count = epoll_wait(lane->epoll, events, EVENTS, patience);

	/* It has nothing of a part of an answer, which does not wake it. */
	bool		is_due = patience == 0 || count <= 0;

	for (int i = 0; i < count; i++)
	{
		uint64_t	token = events[i].data.u64;

		if (token == TOKEN_DAEMON)
			is_due = true;
		else if (token == TOKEN_WAKER)
		{
			uint64_t	wakes;

			is_due = true;
			while (read(lane->waker, &wakes, sizeof(wakes)) < 0
				   && errno == EINTR)
				;
		}
		else
			server->readable(server->context, lane->number, token);
	}
	/* After the answers: it sends them in the same turn. */
	if (lane->is_awake)
	{
		lane->is_awake = false;
		MHD_run(lane->daemon);
		/* Whoever has got one may have sent the next request with it. */
		is_due = true;
	}
	if (is_due)
		MHD_run(lane->daemon);
}

/*
 * What comes for a lane does not put aside what runs.  A process of the
 * database sends a long answer in pieces of 8 kB: each would wake the lane,
 * which has often slept, in its place, to find that there is more to come.
 */
static void
GiveWay(void)
{
	struct sched_param none = {0};

	/* Where it is refused the answers are the same. */
	(void) pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
}

static void *
LaneRun(void *context)
{
	Lane	   *lane = context;
	int64_t		ticked = Milliseconds();
	bool		is_quiet = false;

	current = lane;
	GiveWay();
	while (!atomic_load(&lane->is_ending))
	{
		int64_t		now;

		LaneTurn(lane);
		if (!is_quiet && atomic_load(&lane->is_quiet))
		{
			MHD_socket	socket = MHD_quiesce_daemon(lane->daemon);

			if (socket != MHD_INVALID_SOCKET)
				close(socket);
			is_quiet = true;
		}
		now = Milliseconds();
		if (now - ticked >= LANE_TICK)
		{
			ticked = now;
			lane->server->tick(lane->server->context, lane->number);
		}
	}
	return NULL;
}

bool
LaneStart(Lane *lane)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(lane->daemon, MHD_DAEMON_INFO_EPOLL_FD);

	lane->epoll = epoll_create1(EPOLL_CLOEXEC);
	lane->waker = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (info && lane->epoll >= 0 && lane->waker >= 0
		&& Watch(lane, info->epoll_fd, TOKEN_DAEMON)
		&& Watch(lane, lane->waker, TOKEN_WAKER)
		&& pthread_create(&lane->thread, NULL, LaneRun, lane) == 0)
		return true;
	if (lane->epoll >= 0)
		close(lane->epoll);
	if (lane->waker >= 0)
		close(lane->waker);
	return false;
}

void
LaneWake(Lane *lane)
{
	uint64_t	one = 1;

	if (current == lane)
	{
		lane->is_awake = true;
		return;
	}
	/* Full is awake. */
	while (write(lane->waker, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

void
LaneResume(Lane *lane, struct MHD_Connection *connection)
{
	/* A daemon without a thread is told by nobody else. */
	MHD_resume_connection(connection);
	LaneWake(lane);
}

void
LaneStop(Lane *lane)
{
	atomic_store(&lane->is_ending, true);
	LaneWake(lane);
	pthread_join(lane->thread, NULL);
	close(lane->epoll);
	close(lane->waker);
}
