# kill -9 of the whole server while several sessions change a graph: afterwards every walk is what
# plain SQL finds, in sessions that have cached and in new ones, and what was committed is there.

use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $node = PostgreSQL::Test::Cluster->new('graph_crash');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\nfull_page_writes = on\n");
$node->start;
$node->safe_psql('postgres', q{
	create extension bellwether;
	select create_graph('g');
	insert into g.node (node_id) select i from generate_series(1, 200) i;
	insert into g.edge (source, target, type, weight)
	select 1 + i * 7 % 200, 1 + i * 13 % 200, 'T', i % 5 from generate_series(1, 300) i;
	create table acknowledged (session integer, turn integer, primary key (session, turn));
	create procedure change(session integer, turns integer) language plpgsql as $$
	begin
		for turn in 1 .. turns loop
			insert into g.edge (source, target, type, key, weight)
			values (1 + turn * 31 % 200, 1 + (turn * 17 + session) % 200, 'W', session || '.' || turn, turn % 7);
			delete from g.edge where edge_id in (
				select edge_id from g.edge where type = 'T' and edge_id % 3 = session order by edge_id limit 1);
			update g.edge set weight = weight + 1 where key = session || '.' || (turn - 1);
			perform graph_khop_count('g', 1 + turn % 200, 2, null, 'any');
			insert into acknowledged values (session, turn);
			commit;
		end loop;
	end $$;
});

# Rows in which a walk from every node, or the edges at it, differ from plain SQL.
my $differences = q{
	set graph.index_edges = %d;
	with recursive walk (start, node_id, distance) as (
		select node_id, node_id, 0 from g.node where node_id %% 10 = 1
		union
		select w.start, e.target, w.distance + 1
		from walk w join g.edge e on e.tenant_id = 0 and e.source = w.node_id where w.distance < 4
	), theirs as (select start, node_id, min(distance) from walk group by 1, 2),
	ours as (select n.node_id, k.* from g.node n, graph_khop('g', n.node_id, 4) k where n.node_id %% 10 = 1),
	degrees as (select node_id, out_degree, in_degree, out_weight from graph_degree('g')),
	plain as (
		select n.node_id, (select count(*) from g.edge where source = n.node_id),
			(select count(*) from g.edge where target = n.node_id),
			(select coalesce(sum(weight), 0) from g.edge where source = n.node_id)
		from g.node n
	)
	select (select count(*) from (table ours except table theirs) a)
		+ (select count(*) from (table theirs except table ours) b)
		+ (select count(*) from (table degrees except table plain) c)
		+ (select count(*) from (table plain except table degrees) d)};

# The server and all its sessions at once, as when the power goes: a session that is
# busy would go on for a while without its postmaster.
sub kill_all
{
	my $postmaster = $node->{_pid};
	my @children = split ' ', `ps -o pid= --ppid $postmaster`;
	$node->kill9;
	kill 'KILL', @children;
	for (1 .. 600)
	{
		last unless kill 0, @children;
		usleep(50_000);
	}
}

my $turns = 0;
for my $round (1 .. 4)
{
	my @writers = map {
		IPC::Run::start(
			[ 'psql', '-XqAt', '-d', $node->connstr('postgres'),
			  '-c', "call change(" . ($round * 10 + $_) . ", 100000)" ],
			'<', \undef, '>', '/dev/null', '2>', '/dev/null') } 0 .. 2;
	my $before = $turns;
	# until there is something to lose
	until ($turns > $before + 30)
	{
		usleep(50_000);
		$turns = $node->safe_psql('postgres', 'select count(*) from acknowledged');
	}
	usleep(30_000 * $round);
	$node->stop('immediate') if $round == 4;
	kill_all() if $round < 4;
	$_->finish for @writers;
	$node->start;
	my $kept = $node->safe_psql('postgres', 'select count(*) from acknowledged');
	cmp_ok($kept, '>=', $turns, "round $round: what was committed is there");
	$turns = $kept;
	is($node->safe_psql('postgres', q{
		select count(*) from acknowledged a where not exists (
			select from g.edge where key = a.session || '.' || a.turn)}),
		'0', "round $round: no committed edge is lost");
	is($node->safe_psql('postgres', q{
		select count(*) from g.edge e where e.type = 'W' and not exists (
			select from acknowledged a where e.key = a.session || '.' || a.turn)}),
		'0', "round $round: and none is there that was not");
	for my $edges (0, 2000)
	{
		is($node->safe_psql('postgres', sprintf($differences, $edges)), '0',
			"round $round: walks are what SQL finds (index up to $edges edges)");
	}
}

# After the last crash a session caches, another one writes, and the cache follows.
my $connstr = $node->connstr('postgres');
is($node->safe_psql('postgres', qq{
		set graph.index_edges = 0;
		select graph_khop_count('g', 1, 1) as cached \\gset
		\\! psql -Xq -d "$connstr" -c "insert into g.node (node_id) values (9001), (9002)"
		\\! psql -Xq -d "$connstr" -c "insert into g.edge (source, target, type) values (1, 9001, 'N'), (1, 9002, 'N')"
		select graph_khop_count('g', 1, 1) - :cached}),
	'2', 'after a crash changes are heard of as before');

done_testing();
