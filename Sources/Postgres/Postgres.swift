/// Postgres.
