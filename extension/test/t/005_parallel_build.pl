# What several processes say while they build one index: pgvector's words, and each row
# in one of them.

use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('parallel');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\nfsync = off\nmaintenance_work_mem = '128MB'\n");
$node->start;
$node->safe_psql('postgres', q{
	create extension bellwether;
	create table item (id integer, v vector(8)) with (parallel_workers = 2);
	insert into item
	select i, array(select sin(i * j * 0.61 + j) from generate_series(1, 8) j)::vector
	from generate_series(1, 20000) i;
});

for my $index ('hnsw (v vector_l2_ops)', 'ivfflat (v vector_l2_ops) with (lists = 20)')
{
	for my $how ('', 'concurrently')
	{
		my ($code, $out, $said) = $node->psql('postgres', qq{
			set max_parallel_maintenance_workers = 2;
			set client_min_messages = debug1;
			create index $how item_v on item using $index;
		});
		is($code, 0, "create index $how using $index");
		like($said, qr/DEBUG:  using 2 parallel workers/, 'says how many help');
		like($said, qr/DEBUG:  leader processed \d+ tuples/, 'the leader says what it did');
		my @worker = $said =~ /DEBUG:  worker processed \d+ tuples/g;
		is(@worker, 2, 'each worker says what it did');
		my $sum = 0;
		$sum += $_ for $said =~ /(?:leader|worker) processed (\d+) tuples/g;
		is($sum, 20000, 'each row was read by one of them');
		is($node->safe_psql('postgres', q{
			set enable_seqscan = off;
			set ivfflat.probes = 20;
			select count(distinct id) from (select id from item order by v <-> array_fill(0.1, array[8])::vector) n
		}), 20000, 'and is in the index');
		$node->safe_psql('postgres', 'drop index item_v');
	}
}
my ($code, $out, $said) = $node->psql('postgres', q{
	set max_parallel_maintenance_workers = 0;
	set client_min_messages = debug1;
	create index item_v on item using ivfflat (v vector_l2_ops) with (lists = 20);
});
is($code, 0, 'create index alone');
unlike($said, qr/parallel workers/, 'has no help');
$node->stop;
done_testing();
