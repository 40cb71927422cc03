-- Which snapshots get text embeddings: the demo's window.
\o /dev/null
select memory.register_model('all-MiniLM-L6-v2', 384, 'mean');
select memory.set_embedding_window('all-MiniLM-L6-v2', '1d', '2017-11-01', '2019-01-01');
