# No call crashes or exhausts the server: a hub of 100,000 edges, cycles that cost nothing, negative
# weights, a million nodes in one component get an answer or a clear error, within graph.max_memory.

use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('graph_limits');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\nfsync = off\nmax_wal_size = 8GB\n");
$node->start;

sub ask
{
	my ($sql) = @_;
	return $node->safe_psql('postgres', $sql);
}

sub refused
{
	my ($sql, $message, $name) = @_;
	my ($code, $out, $err) = $node->psql('postgres', $sql);
	isnt($code, 0, "$name: an error") or diag($out);
	like($err, $message, "$name: that says what is wrong");
}

ask(q{
	create extension bellwether;
	select create_graph('hub');
	insert into hub.node (node_id) select i from generate_series(1, 100001) i;
	insert into hub.edge (source, target, type) select 1, i, 'H' from generate_series(2, 100001) i;
	analyze hub.edge;
});
for my $edges (0, 1000000000)
{
	my $set = "set graph.index_edges = $edges;";
	is(ask("$set select graph_khop_count('hub', 1, 1)"), '100001', "out of the hub (index $edges)");
	is(ask("$set select graph_khop_count('hub', 77, 2, null, 'any')"), '100001',
		"through the hub (index $edges)");
}
is(ask("select string_agg(node_id::text, ' ' order by step) from graph_shortest_path('hub', 77, 88, direction => 'any')"),
	'77 1 88', 'a path through the hub');
is(ask("select max(cost) from graph_shortest_path('hub', 77, 88, direction => 'any', weighted => true)"),
	'2', 'a cheap one');
is(ask("select max(path) from graph_k_shortest_paths('hub', 77, 88, 5, direction => 'any')"),
	'1', 'there is no second one');
is(ask("select count(*) from graph_similar('hub', 77)"), '99999', 'all leaves are alike');
is(ask("select round(sum(score)::numeric, 9) from graph_pagerank('hub', tolerance => 1e-12, iterations => 1000)"),
	'1.000000000', 'ranks around the hub');
is(ask("select count(distinct community) from graph_communities('hub')"), '1', 'one community');
is(ask("select count(*) from graph_trails('hub', 77, 1, 3, direction => 'any')"), '100000',
	'trails through the hub');

ask(q{
	select create_graph('ring');
	insert into ring.node (node_id) select i from generate_series(1, 1000) i;
	insert into ring.edge (source, target, type, weight)
	select i, 1 + i % 1000, 'R', 0 from generate_series(1, 1000) i;
	insert into ring.edge (source, target, type, weight)
	select i, 1 + (i + 1) % 1000, 'S', 0 from generate_series(1, 1000) i;
	insert into ring.edge (source, target, type, weight) values (5, 5, 'R', 0);
});
is(ask("select max(cost) from graph_shortest_path('ring', 1, 500, weighted => true)"), '0',
	'a path that costs nothing');
is(ask("select count(distinct path) from graph_k_shortest_paths('ring', 1, 500, 7)"), '7',
	'seven that cost nothing');
is(ask("select count(*), max(cost) from graph_costs('ring', 1)"), '1000|0', 'costs from one to all');
is(ask("select count(distinct component) from graph_components('ring', true)"), '1', 'a strong component');
is(ask("select count(*) from graph_debtrank('ring', '{1}', linear => true)"), '1',
	'a shock that no edge passes on');
ask("update ring.edge set weight = -1 where source = 3");
for my $call (
	"graph_shortest_path('ring', 1, 500, weighted => true)", "graph_k_shortest_paths('ring', 1, 500, 7)",
	"graph_costs('ring', 1)", "graph_pagerank('ring', weighted => true)", "graph_communities('ring')",
	"graph_debtrank('ring', '{1}')", "graph_fastrp('ring', weighted => true)",
	"graph_propagate('ring', '{1}', '{[1]}', weighted => true)")
{
	refused("select * from $call", qr/has the negative weight -1/, "negative weight: $call");
}

# A million nodes in a chain; without the foreign keys, which are not what is tested.
ask(q{
	select create_graph('chain');
	alter table chain.edge drop constraint edge_source, drop constraint edge_target;
	insert into chain.node (node_id) select i from generate_series(1, 1000000) i;
	insert into chain.edge (source, target, type) select i, i + 1, 'C' from generate_series(1, 999999) i;
	analyze chain.edge;
});
is(ask("select count(*), count(distinct component) from graph_components('chain')"), '1000000|1',
	'a weak component of a million');
is(ask("select count(distinct component) from graph_components('chain', true)"), '1000000',
	'a million strong ones');
is(ask("select max(distance) from graph_bfs('chain', 1)"), '999999', 'a search a million deep');
is(ask("select count(*) from graph_shortest_path('chain', 1, 1000000)"), '1000000',
	'a path a million long');
is(ask("select max(cost) from graph_shortest_path('chain', 1, 1000000, weighted => true)"), '999999',
	'a cheap one');
is(ask("select count(*) from graph_communities('chain', iterations => 1)"), '1000000', 'communities');
is(ask("select round(sum(score)::numeric, 6) from graph_pagerank('chain')"), '1.000000', 'ranks');

# What one session takes: the resident size has the 128 MB of shared buffers in it.
my $peak = ask(q{
	set graph.max_memory = '400MB';
	select count(*) from graph_components('chain') \g /dev/null
	select count(*) from graph_components('chain', true) \g /dev/null
	select sum(score) from graph_pagerank('chain', tolerance => 1e-6, iterations => 10) \g /dev/null
	select substring(pg_read_file('/proc/self/status') from 'VmHWM:\s+(\d+)')::int / 1024;
});
cmp_ok($peak, '<', 400 + 128 + 128, "megabytes at most in that session ($peak)");

for my $call ("graph_components('chain')", "graph_bfs('chain', 1)", "graph_communities('chain')",
	"graph_shortest_path('chain', 1, 1000000, weighted => true)", "graph_fastrp('chain', 512)")
{
	refused("set graph.max_memory = '30MB'; set graph.index_edges = 0; select count(*) from $call",
		qr/graph needs more memory than graph\.max_memory \(30720 kB\)/, "30 MB: $call");
}
is(ask("set graph.max_memory = '30MB'; select graph_khop_count('chain', 5, 3)"), '4',
	'a short walk needs no adjacency');

# What would take for ever can be stopped.
ask(q{
	select create_graph('dense');
	insert into dense.node (node_id) select i from generate_series(1, 40) i;
	insert into dense.edge (source, target, type)
	select i, j, 'D' from generate_series(1, 40) i, generate_series(1, 40) j where i <> j;
});
for my $call ("graph_trails('dense', 1)", "graph_betweenness('chain', null)")
{
	refused("set statement_timeout = '3s'; select count(*) from $call",
		qr/statement timeout|graph needs more memory/, "without end: $call");
}
is(ask("select count(*) from graph_trails('dense', 1, 1, 2)"), 39 + 39 * 39, 'and short ones counted');
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC/, 'and never went down');

done_testing();
