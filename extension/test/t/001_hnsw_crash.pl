# After kill -9 in the middle of a build, of inserts and of a vacuum, the index
# finds what an exact search finds.

use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $node = PostgreSQL::Test::Cluster->new('crash');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\nfsync = off\nfull_page_writes = on\n");
$node->start;
$node->safe_psql('postgres', q{
	create extension bellwether;
	create table item (id integer primary key, v vector(16), k integer generated always as (id % 3) stored);
	create function make(id integer) returns vector language sql immutable as
	$$ select array(select sin($1 * j * 0.37 + j) + cos($1 * 0.011 * j) from generate_series(1, 16) j)::vector $$;
	insert into item (id, v) select i, make(i) from generate_series(1, 8000) i;
	create index item_v on item using hnsw (v vector_l2_ops);
	create index item_k on item using hnsw (k, v vector_l2_ops);
});

# The share of the ten nearest that the index finds, over 50 queries, and
# whether it returns every row once.
sub check_index
{
	my ($after) = @_;
	my $recall = $node->safe_psql('postgres', q{
		set enable_seqscan = off;
		with query as materialized (select make(i * 97 + 13) as v from generate_series(1, 50) i)
		select avg((exact.id = any(found.ids))::int) from query,
			lateral (select id from item order by (item.v <-> query.v) + 0 limit 10) exact,
			lateral (select array_agg(id) as ids from (
				select id from item order by item.v <-> query.v limit 10) nearest) found;
	});
	cmp_ok($recall, '>=', 0.95, "recall $after");
	my $counts = $node->safe_psql('postgres', q{
		set enable_seqscan = off;
		select count(*) = (select count(*) from item where v is not null)
			and count(*) = count(distinct id)
		from (select id from item order by v <-> make(5)) every;
	});
	is($counts, 't', "every row once $after");
	my $of_key = $node->safe_psql('postgres', q{
		set enable_seqscan = off;
		select count(*) = (select count(*) from item where id % 3 = 1)
			and count(*) = count(distinct id)
		from (select id from item where k = 1 order by v <-> make(5)) every;
	});
	is($of_key, 't', "every row of a key once $after");
	my $problems = $node->safe_psql('postgres', q{
		select i, node, problem from unnest('{item_v,item_k}'::regclass[]) i, hnsw_check(i)
		where severity = 'error' limit 5});
	is($problems, '', "hnsw_check finds nothing $after");
	my $plan = $node->safe_psql('postgres', q{
		set enable_seqscan = off;
		explain (costs off) select id from item order by v <-> make(5) limit 10;
	});
	like($plan, qr/Index Scan using item_v/, "the index is used $after");
}

# Lets a statement run for a while, then kills the server and starts it again.
sub kill_during
{
	my ($statement, $microseconds) = @_;
	my ($in, $out, $err) = ('', '', '');
	my $run = IPC::Run::start(
		[ 'psql', '-Xq', '-d', $node->connstr('postgres'), '-c', $statement ],
		'<', \$in, '>', \$out, '2>', \$err);
	usleep($microseconds);
	kill 'KILL', $node->{_pid};
	eval { IPC::Run::finish($run); };
	# the old shared memory is in use until the last child has noticed
	for (1 .. 300)
	{
		$node->{_pid} = undef;
		last if $node->start(fail_ok => 1);
		usleep(100_000);
	}
}

$node->safe_psql('postgres', q{
	create unlogged table passing (id integer, v vector(16));
	create index passing_v on passing using hnsw (v vector_l2_ops);
	insert into passing select i, make(i) from generate_series(1, 100) i;
});
check_index('before');
for my $pause (150_000, 600_000)
{
	kill_during('insert into item (id, v) select i, make(i) from generate_series((select max(id) + 1 from item), (select max(id) + 20000 from item)) i', $pause);
	check_index("after a kill in an insert ($pause us)");
	kill_during('do $$ begin for i in 1 .. 20000 loop insert into item (id, v) select max(id) + 1, make(max(id) + 1) from item; commit; end loop; end $$', $pause);
	check_index("after a kill in many inserts ($pause us)");
	$node->safe_psql('postgres', 'delete from item where id % 5 = 2');
	kill_during('vacuum item', $pause / 10);
	check_index("after a kill in a vacuum ($pause us)");
	$node->safe_psql('postgres', 'vacuum item');
	check_index("after the vacuum was repeated ($pause us)");
	is($node->safe_psql('postgres', q{
		select i, node, problem from unnest('{item_v,item_k}'::regclass[]) i, hnsw_check(i) limit 5}),
		'', "links lead to every row after the vacuum ($pause us)");
	# the second time by several processes
	my $workers = $pause > 500_000 ? 2 : 0;
	$node->safe_psql('postgres', "alter table item set (parallel_workers = $workers)");
	kill_during('create index item_other on item using hnsw (v vector_l1_ops)', $pause);
	check_index("after a kill in a build ($pause us)");
	$node->safe_psql('postgres', 'drop index if exists item_other; reindex table item');
	check_index("after reindex ($pause us)");
}
# a crash empties an unlogged table, and its index begins anew
is($node->safe_psql('postgres', q{
	set enable_seqscan = off;
	select count(*) from (select id from passing order by v <-> make(5)) every}), '0', 'an unlogged index is empty');
is($node->safe_psql('postgres', q{
	insert into passing select i, make(i) from generate_series(1, 100) i;
	set enable_seqscan = off;
	select id from passing order by v <-> make(5) limit 1}), '5', 'and takes rows again');
is($node->safe_psql('postgres', q{select * from hnsw_check('passing_v')}), '', 'and is sound');
$node->stop;
done_testing();
