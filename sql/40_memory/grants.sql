-- Who may do what with memory: the worker embeds, people ask through api.

revoke all on all functions in schema memory from public;
grant usage on schema memory to bellwether_worker, bellwether_gateway;
grant select on memory.model, memory.embedding_window
to bellwether_worker, bellwether_gateway;
grant execute on function
memory.register_model(text, integer, text),
memory.snapshot_texts(bigint[]),
memory.store_embeddings(text, text, integer, bigint[], bytea[], vector[]),
memory.pending_snapshots(text, bigint[])
to bellwether_worker;
