# Ten connections insert, delete and search while vacuum runs: afterwards the index
# finds what an exact search finds, and a standby finds the same.

use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('busy');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf',
	"autovacuum = off\nfsync = off\nmax_connections = 30\nwal_keep_size = '1GB'\nwal_consistency_checking = 'generic'\n");
$node->start;
$node->safe_psql('postgres', q{
	create extension bellwether;
	create sequence number;
	create function make(id bigint) returns vector language sql immutable as
	$$ select array(select sin($1 * j * 0.37 + j) + cos($1 * 0.011 * j) from generate_series(1, 16) j)::vector $$;
	create table item (id bigint default nextval('number'), k integer generated always as (id % 3) stored, v vector(16));
	create index item_v on item using hnsw (v vector_l2_ops);
	create index item_k on item using hnsw (k, v vector_l2_ops);
});
$node->backup('empty');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'empty', has_streaming => 1);
$standby->start;

my $folder = PostgreSQL::Test::Utils::tempdir();
append_to_file("$folder/work.sql", q{
\set n random(1, 2000000000)
insert into item (v) select make(:n + i) from generate_series(1, 3) i;
delete from item where id = (select id from item tablesample system (1) limit 1);
select id from item order by v <-> make(:n) limit 10;
select id from item where k = 1 order by v <-> make(:n) limit 10;
});
my ($out, $err) = ('', '');
my $bench = IPC::Run::start(
	[ 'pgbench', '-n', '-c', '10', '-t', '60', '-f', "$folder/work.sql", '-d', $node->connstr('postgres') ],
	'>', \$out, '2>', \$err);
$node->safe_psql('postgres', 'vacuum item') for 1 .. 6;
IPC::Run::finish($bench);
like($out, qr/number of transactions actually processed: 600\/600/, 'every transaction ended well');
unlike($err, qr/ERROR|aborted/, 'no error');
$node->safe_psql('postgres', 'vacuum item');

sub check_node
{
	my ($server, $name) = @_;
	my $recall = $server->safe_psql('postgres', q{
		set enable_seqscan = off;
		with query as materialized (select make(i * 20011) as v from generate_series(1, 50) i)
		select avg((exact.id = any(found.ids))::int) from query,
			lateral (select id from item order by (item.v <-> query.v) + 0 limit 10) exact,
			lateral (select array_agg(id) as ids from (
				select id from item order by item.v <-> query.v limit 10) nearest) found;
	});
	cmp_ok($recall, '>=', 0.95, "recall on the $name");
	is($server->safe_psql('postgres', q{
		set enable_seqscan = off;
		select count(*) = (select count(*) from item) and count(*) = count(distinct id)
		from (select id from item order by v <-> make(5)) every}), 't', "every row once on the $name");
	is($server->safe_psql('postgres', q{
		set enable_seqscan = off;
		select count(*) = (select count(*) from item where id % 3 = 1) and count(*) = count(distinct id)
		from (select id from item where k = 1 order by v <-> make(5)) every}), 't', "every row of a key once on the $name");
}

is($node->safe_psql('postgres', q{
	select i, node, problem from unnest('{item_v,item_k}'::regclass[]) i, hnsw_check(i) limit 5}),
	'', 'hnsw_check finds nothing, not even a node that only a sweep finds');
check_node($node, 'primary');
$node->wait_for_catchup($standby, 'replay', $node->lsn('write'));
check_node($standby, 'standby');
is($node->safe_psql('postgres', q{
	select tombstones = 0 and live = (select count(*) from item) from hnsw_info('item_v')}),
	't', 'no tombstone is left');
$standby->stop;
$node->stop;
done_testing();
