-- The table of contents: everything the database is made of, in order.
-- Applied by `bellwether migrate`, or from the top folder by
--     psql -v ON_ERROR_STOP=1 -f sql/install.sql "$(make -s dsn ROLE=admin)"
-- `\set migration` names a file of migrations/ that runs once; `\ir` includes a
-- file that runs at every install.

-- Roles, extension and the record of migrations; from here on as bellwether_owner.
\ir setup.sql

-- Tables, types and indexes.
\set migration 0001_tenant
\ir migrations/once.psql
\set migration 0002_market
\ir migrations/once.psql
\set migration 0003_work
\ir migrations/once.psql
\set migration 0004_memory
\ir migrations/once.psql

-- Which schema this is, for the programs that use it.
\ir 05_ops/schema_version.sql

-- Our own SQLSTATEs, one file an area.
\ir 05_ops/sqlstate_installation.sql
\ir 05_ops/sqlstate_work.sql
\ir 05_ops/sqlstate_ingest.sql
\ir 05_ops/sqlstate_market.sql

-- Who is asking.

-- The market: time, what comes in from files, snapshots, outcomes.
\ir 20_market/as_of.sql
\ir 20_market/yardstick.sql
\ir 20_market/ingest_stage.sql
\ir 20_market/ingest_bars.sql
\ir 20_market/ingest_instruments.sql
\ir 20_market/ingest_sessions.sql
\ir 20_market/prices.sql
\ir 20_market/snapshot_text.sql
\ir 20_market/snapshot_fields.sql
\ir 20_market/snapshot_rows.sql
\ir 20_market/compute_outcomes.sql
\ir 20_market/compute_snapshots.sql
\ir 20_market/feature_names.sql
\ir 20_market/grants.sql

-- The queue: what is to be done, who does it, what became of it.
\ir 30_work/kinds.sql
\ir 30_work/keep_days.sql
\ir 30_work/enqueue.sql
\ir 30_work/worker.sql
\ir 30_work/claim.sql
\ir 30_work/ack.sql
\ir 30_work/nack.sql
\ir 30_work/extend.sql
\ir 30_work/rescue.sql
\ir 30_work/dead.sql
\ir 30_work/stats.sql
\ir 30_work/grants.sql

-- Memory: embedding models, what is to be embedded, what is like what.
\ir 40_memory/register_model.sql
\ir 40_memory/embedding_window.sql
\ir 40_memory/embed_snapshots.sql
\ir 40_memory/embeddings.sql
\ir 40_memory/minimum_n.sql
\ir 40_memory/asked_snapshot.sql
\ir 40_memory/neighbours.sql
\ir 40_memory/neighbour_statistics.sql
\ir 40_memory/grants.sql

-- Is everything there and fresh?
\ir 92_ops/health.sql
\ir 92_ops/queue_depth.sql

-- What the tables may be asked: the only schema for outsiders, and its grants.
\ir 95_api/schema.sql
\ir 95_api/market.sql
\ir 95_api/similar_patterns.sql
\ir 95_api/pattern_statistics.sql
