"""A worker of another queue, for bench/work.py.

python3 bench/work_others.py DSN pgqueuer install | pgqueuer run BATCH
                                 procrastinate install | procrastinate run SLOTS

Its job does nothing, or answers on the channel `bench` when it began.
"""

import asyncio
import sys
import time
from datetime import timedelta

import uvloop


async def pgqueuer(dsn, what, *arguments):
    import asyncpg
    from pgqueuer import AsyncpgDriver, Queries, QueueManager

    connection = await asyncpg.connect(dsn)
    queries = Queries(AsyncpgDriver(connection))
    if what == "install":
        await queries.install()
        return
    answers = await asyncpg.connect(dsn)
    manager = QueueManager(queries)

    @manager.entrypoint("probe")
    async def probe(job):
        began = time.time()
        if job.payload == b"answer":
            await answers.execute("select pg_notify('bench', $1)", f"{job.id} {began}")

    await manager.run(batch_size=int(arguments[0]), dequeue_timeout=timedelta(seconds=30))


async def procrastinate(dsn, what, *arguments):
    from procrastinate import App, PsycopgConnector

    app = App(connector=PsycopgConnector(conninfo=dsn, min_size=4, max_size=12))

    @app.task(name="probe", pass_context=True)
    async def probe(context, answer=False):
        began = time.time()
        if answer:
            await app.connector.execute_query_async(
                "select pg_notify('bench', %(answer)s)", answer=f"{context.job.id} {began}"
            )

    async with app.open_async():
        if what == "install":
            await app.schema_manager.apply_schema_async()
        else:
            await app.run_worker_async(concurrency=int(arguments[0]), delete_jobs="always")


if __name__ == "__main__":
    uvloop.install()
    asyncio.run({"pgqueuer": pgqueuer, "procrastinate": procrastinate}[sys.argv[2]](
        sys.argv[1], *sys.argv[3:]))
