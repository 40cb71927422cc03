#!/usr/bin/env bash
# What an operator does to a database that uses the extension: reindex while others write,
# dump and restore, drop and create again, update from each version at once:
# extension/test/lifecycle.sh DSN (of any database, as superuser). Prints 'N passed, N failed'.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
maintenance=${1:?connection string of a superuser}
database() { sed -E "s#/[^/?]*(\?|\$)#/$1\1#" <<< "$maintenance"; }
run() { PGOPTIONS='-c client_min_messages=error' psql -XqAt -v ON_ERROR_STOP=1 "$@"; }
passed=0 failed=0
work=$(mktemp -d)

finish() {
    local name
    for name in bellwether_life bellwether_restored; do
        run "$maintenance" -c "drop database if exists $name with (force)"
    done
    rm -rf "$work"
}
trap finish EXIT

check() {
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "lifecycle test: NOT $1" >&2
        diff <(printf "%s\n" "$2") <(printf "%s\n" "$3") | head -n 20 >&2 || true
    fi
}

# empty NAME: a database without the extension.
empty() {
    run "$maintenance" -c "drop database if exists $1 with (force)"
    run "$maintenance" -c "create database $1"
}

life=$(database bellwether_life) restored=$(database bellwether_restored)

cat > "$work/fill.sql" << 'SQL'
create table item (id int primary key, v vector(4), h halfvec(4), s sparsevec(4), b bit(8));
insert into item
select i, array[i, i % 7, i % 3, 1]::vector, array[i, i % 7, i % 3, 1]::vector::halfvec,
    array[i, 0, i % 3, 0]::vector::sparsevec, (i % 256)::bit(8)
from generate_series(1, 2000) as i;
create index item_v on item using hnsw (v vector_l2_ops);
create index item_h on item using hnsw (h halfvec_l2_ops);
create index item_s on item using hnsw (s sparsevec_l2_ops);
create index item_b on item using hnsw (b bit_hamming_ops);
create index item_i on item using ivfflat (v vector_l2_ops) with (lists = 10);
select create_graph('town');
select cypher('town', 'UNWIND range(1, 50) AS i CREATE (:House {number: i})');
select cypher('town', 'MATCH (a:House), (b:House) WHERE b.number = a.number + 1 CREATE (a)-[:NEXT {w: a.number}]->(b)');
SQL

# What the database answers, by index and without.
cat > "$work/ask.sql" << 'SQL'
select extversion from pg_extension where extname = 'bellwether';
select c.relname, a.amname, i.indisvalid, i.indisready from pg_index as i
inner join pg_class as c on c.oid = i.indexrelid inner join pg_am as a on a.oid = c.relam
where a.amname in ('hnsw', 'ivfflat') order by 1;
set enable_seqscan = off;
set ivfflat.probes = 10;
select 'v', array(select id from item order by v <-> '[77,1,1,1]', id limit 5);
select 'h', array(select id from item order by h <-> '[900,1,1,1]', id limit 5);
select 's', array(select id from item order by s <-> '{1:500,3:1}/4', id limit 5);
set enable_indexscan = off;
set enable_seqscan = on;
select 'v', array(select id from item order by v <-> '[77,1,1,1]', id limit 5);
select cypher('town', 'MATCH (a:House {number: 1})-[:NEXT*3]->(b) RETURN b.number');
select cypher('town', 'MATCH (:House)-[r:NEXT]->(:House) RETURN count(r), sum(r.w)');
select count(*) from graph_khop('town', 1, 10);
SQL

# The sound indexes have nothing to tell.
sound() {
    run "$1" -c "select i.indexrelid::regclass, c.problem
        from pg_index as i inner join pg_class as x on x.oid = i.indexrelid
        inner join pg_am as a on a.oid = x.relam and a.amname = 'hnsw'
        cross join lateral hnsw_check(i.indexrelid) as c where c.severity = 'error'"
}

# -- dump and restore ----------------------------------------------------------------
empty bellwether_life
run "$life" -c "create extension bellwether" -f "$work/fill.sql" > "$work/out"
answers=$(run "$life" -f "$work/ask.sql")
check "there are answers to compare" yes "$([ "$(wc -l <<< "$answers")" -ge 13 ] && echo yes)"
for format in plain custom; do
    pg_dump --format "$format" --file "$work/dump" "$life"
    empty bellwether_restored
    case $format in
        plain) run "$restored" -f "$work/dump" > "$work/out" ;;
        custom) pg_restore --exit-on-error --dbname "$restored" "$work/dump" ;;
    esac
    check "a $format dump restored answers the same" "$answers" "$(run "$restored" -f "$work/ask.sql")"
    check "its indexes are sound" "" "$(sound "$restored")"
done
run "$restored" -c "select cypher('town', 'CREATE (:House {number: 99})')" > "$work/out"
check "a restored graph takes new nodes" 51 "$(run "$restored" -c "select count(*) from town.node")"

# -- reindex while others write --------------------------------------------------------
# Two writers until told to stop; each row is seen by every index at the end.
writer() {
    local at=$1
    while [ ! -e "$work/stop" ]; do
        run "$life" -c "insert into item select i, array[i, i % 7, i % 3, 1]::vector,
                array[i % 2000, 1, 2, 1]::vector::halfvec, array[i, 0, 1, 0]::vector::sparsevec, (i % 256)::bit(8)
            from generate_series($at, $at + 19) as i" \
            -c "delete from item where id between $at + 10 and $at + 12" \
            -c "update item set v = array[id, 0, 0, 2]::vector where id = $at + 1"
        at=$((at + 20))
    done
    echo "$at" > "$work/writer.$1"
}
writer 10000 & first=$!
writer 1000000 & second=$!
for index in item_v item_h item_s item_b item_i; do
    run "$life" -c "reindex index concurrently $index"
done
run "$life" -c "reindex table concurrently item"
touch "$work/stop"
status=0
wait "$first" || status=$?
wait "$second" || status=$?
check "writers went on meanwhile" 0 "$status"
check "and wrote" yes "$([ "$(cat "$work/writer.10000")" -gt 10020 ] && echo yes)"
check "no index was left half made" "5|0" "$(run "$life" -c "select count(*) filter (where i.indisvalid and i.indisready),
    count(*) filter (where not i.indisvalid or c.relname ~ 'ccnew|ccold')
    from pg_index as i inner join pg_class as c on c.oid = i.indexrelid inner join pg_am as a on a.oid = c.relam
    where a.amname in ('hnsw', 'ivfflat')")"
check "indexes are sound after" "" "$(sound "$life")"
run "$life" -c "vacuum item"
check "and after vacuum" "" "$(sound "$life")"
# missed INDEX SETTING: how many of a hundred rows are not found by their own value through
# this index alone.
missed() {
    local other=item_v
    [ "$1" != item_v ] || other=item_i
    run "$life" -c "begin" -c "drop index $other" -c "set local $2" -c "set local enable_seqscan = off" \
        -c "select count(*) from (select id, v from item order by id % 97, id limit 100) as w
            where w.v is distinct from (select i.v from item as i order by i.v <-> w.v limit 1)" -c "rollback"
}
check "all lists of ivfflat hold all rows" 0 "$(missed item_i "ivfflat.probes = 10")"
check "hnsw finds rows by their own value" 0 "$(missed item_v "hnsw.ef_search = 1000")"

# -- drop and create again, in one session and in the next --------------------------------
empty bellwether_life
run "$life" -c "create extension bellwether" -f "$work/fill.sql" -f "$work/ask.sql" \
    -c "drop extension bellwether cascade" -c "drop table item" -c "drop schema if exists town cascade" \
    -c "create extension bellwether" -f "$work/fill.sql" > "$work/out"
check "made again it answers as before" "$answers" "$(run "$life" -f "$work/ask.sql")"
check "nothing of the first one is left" "" "$(run "$life" -c "drop extension bellwether cascade" -c "
    select proname::text from pg_proc where probin ~ 'bellwether' union all
    select typname::text from pg_type where typname in ('vector', 'halfvec', 'sparsevec', 'cypher_value') union all
    select amname::text from pg_am where amname in ('hnsw', 'ivfflat') union all
    select evtname::text from pg_event_trigger")"

# -- from each version at once --------------------------------------------------------------
versions=$(sed -n 's/^VERSIONS = //p' Makefile)
for version in $versions; do
    empty bellwether_life
    run "$life" -c "create extension bellwether version '$version'" -c "alter extension bellwether update" \
        -f "$work/fill.sql" > "$work/out"
    check "updated from $version it answers as a fresh one" "$answers" "$(run "$life" -f "$work/ask.sql")"
done

printf 'lifecycle: %s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
