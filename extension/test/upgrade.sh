#!/usr/bin/env bash
# An extension upgraded step by step, with rows and an index made on the way, is the one that
# is installed at once: extension/test/upgrade.sh DSN (of any database, as superuser).
# Prints 'N passed, N failed'.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
maintenance=${1:?connection string of a superuser}
# The database's name is what stands between the last slash before the question mark and it.
database() { sed -E "s#/[^/?]*(\?|\$)#/$1\1#" <<< "$maintenance"; }
run() { PGOPTIONS='-c client_min_messages=warning' psql -XqAt -v ON_ERROR_STOP=1 "$@"; }
passed=0 failed=0

finish() {
    for name in bellwether_fresh bellwether_upgraded; do
        run "$maintenance" -c "drop database if exists $name with (force)"
    done
}
trap finish EXIT

check() {
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "upgrade test: NOT $1" >&2
        diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") | head -n 40 >&2
    fi
}

# Every object of the extension with what defines it, oid-free and in one order.
objects() {
    run "$1" << 'SQL'
select pg_describe_object(d.classid, d.objid, 0) || ' | ' || coalesce(
    case d.classid
        when 'pg_proc'::regclass then (
            select concat_ws(
                ' ', p.prosrc, p.probin, p.prokind, p.provolatile, p.proparallel, p.proisstrict,
                p.procost, p.prorows, p.proretset, p.prosecdef, p.proconfig, p.proacl,
                pg_get_function_arguments(p.oid), pg_get_function_result(p.oid),
                a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggmtransfn, a.aggminvtransfn,
                a.agginitval
            )
            from pg_proc as p left join pg_aggregate as a on a.aggfnoid = p.oid
            where p.oid = d.objid
        )
        when 'pg_type'::regclass then (
            select concat_ws(
                ' ', t.typlen, t.typalign, t.typstorage, t.typinput, t.typoutput, t.typreceive,
                t.typsend, t.typmodin, t.typmodout, (
                    select string_agg(
                        x.attname || ' ' || format_type(x.atttypid, x.atttypmod), ', '
                        order by x.attnum
                    )
                    from pg_attribute as x where x.attrelid = t.typrelid
                )
            )
            from pg_type as t where t.oid = d.objid
        )
        when 'pg_operator'::regclass then (
            select concat_ws(
                ' ', o.oprcode, o.oprcom::regoperator, o.oprnegate::regoperator, o.oprrest,
                o.oprjoin, o.oprcanhash, o.oprcanmerge
            )
            from pg_operator as o where o.oid = d.objid
        )
        when 'pg_cast'::regclass then (
            select concat_ws(' ', c.castfunc::regproc, c.castcontext, c.castmethod)
            from pg_cast as c where c.oid = d.objid
        )
        when 'pg_opclass'::regclass then (
            select concat_ws(' ', c.opcdefault, (
                select string_agg(
                    concat_ws(' ', o.amopstrategy, o.amopopr::regoperator, o.amoppurpose), ', '
                    order by o.amopstrategy, o.amopopr::regoperator::text
                )
                from pg_amop as o where o.amopfamily = c.opcfamily
            ), (
                select string_agg(
                    concat_ws(' ', p.amprocnum, p.amproc::regprocedure), ', '
                    order by p.amprocnum, p.amproc::regprocedure::text
                )
                from pg_amproc as p where p.amprocfamily = c.opcfamily
            ))
            from pg_opclass as c where c.oid = d.objid
        )
    end, ''
) || ' | ' || coalesce(obj_description(d.objid, d.classid::regclass::name), '')
from pg_depend as d
inner join pg_extension as e on e.oid = d.refobjid and d.refclassid = 'pg_extension'::regclass
where e.extname = 'bellwether' and d.deptype = 'e'
order by 1;
SQL
}

finish
for name in bellwether_fresh bellwether_upgraded; do run "$maintenance" -c "create database $name"; done
fresh=$(database bellwether_fresh) upgraded=$(database bellwether_upgraded)
run "$fresh" -c "create extension bellwether"
versions=$(sed -n 's/^VERSIONS = //p' Makefile)

first=${versions%% *} last=${versions##* }
run "$upgraded" -c "create extension bellwether version '$first'"
run "$upgraded" -c "create table kept (id int primary key, v vector(3));
    insert into kept select i, array[i, i % 7, 1]::vector from generate_series(1, 200) as i"
for version in $versions; do
    [ "$version" = "$first" ] || run "$upgraded" -c "alter extension bellwether update to '$version'"
    # The first version that has the access method: its index lives through the later ones.
    run "$upgraded" -c "select 1 from pg_am where amname = 'hnsw'" | grep -q 1 \
        && run "$upgraded" -c "create index if not exists kept_v on kept using hnsw (v vector_l2_ops)"
done

check "the default version is the newest" "$last" \
    "$(run "$fresh" -c "select extversion from pg_extension where extname = 'bellwether'")"
wanted=$(objects "$fresh")
check "there are objects to compare" yes "$([ "$(wc -l <<< "$wanted")" -gt 300 ] && echo yes)"
check "upgraded = fresh" "$wanted" "$(objects "$upgraded")"
nearest="select string_agg(id::text, ' ') from (select id from kept order by v <-> '[50,1,1]' limit 5) as n"
check "rows and index of the old version answer in the new one" \
    "$(run "$upgraded" -c "set enable_indexscan = off" -c "$nearest")" \
    "$(run "$upgraded" -c "set enable_seqscan = off" -c "$nearest")"

printf 'upgrade: %s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
