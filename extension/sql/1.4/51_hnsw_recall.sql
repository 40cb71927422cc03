-- hnsw_recall: for indexes with one or two key columns

create or replace function hnsw_recall(index regclass, k integer default 10, sample integer default 100)
returns double precision
language plpgsql volatile strict
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_custom_plan
as $$
declare
    relation regclass;
    columns text[];
    operator text;
    vector text;
    keys text[];
    same_key text;
    sampled_keys text;
    known text;
    partial text;
    recall float8;
begin
    if k < 1 or sample < 1 then
        raise exception using errcode = 'invalid_parameter_value',
            message = 'k and sample must be at least 1';
    end if;
    select i.indrelid::regclass,
        array(select pg_get_indexdef(i.indexrelid, n, true)
              from generate_series(1, i.indnkeyatts) n),
        (select format('operator(%I.%s)', n.nspname, o.oprname)
         from pg_opclass c
         join pg_amop a on a.amopfamily = c.opcfamily and a.amoppurpose = 'o'
             and a.amoplefttype = c.opcintype
         join pg_operator o on o.oid = a.amopopr
         join pg_namespace n on n.oid = o.oprnamespace
         where c.oid = i.indclass[i.indnkeyatts - 1]),
        pg_get_expr(i.indpred, i.indrelid)
    into relation, columns, operator, partial
    from pg_index i join pg_class r on r.oid = i.indexrelid join pg_am m on m.oid = r.relam
    where i.indexrelid = index and m.amname = 'hnsw';
    if not found then
        raise exception using errcode = 'wrong_object_type',
            message = format('"%s" is not an hnsw index', index);
    end if;
    vector := columns[cardinality(columns)];
    keys := columns[:cardinality(columns) - 1];
    select coalesce(string_agg(format(' and %s = sampled.key_%s', key, n), ''), ''),
        coalesce(string_agg(format(', %s as key_%s', key, n), ''), ''),
        coalesce(string_agg(format(' and %s is not null', key), ''), '')
    into same_key, sampled_keys, known
    from unnest(keys) with ordinality k(key, n);
    -- a row is right if it is as near as the k-th nearest
    execute format(
        'with sampled as materialized ('
        '    select %1$s as sampled_v%2$s from %3$s'
        '    where %1$s is not null%9$s and %4$s order by random() limit %5$s),'
        ' measured as ('
        '    select exact.n, ('
        '        select count(*) from ('
        '            select %1$s %6$s sampled.sampled_v as d from %3$s where %4$s %7$s'
        '            order by %1$s %6$s sampled.sampled_v limit %8$s) nearest'
        '        where d <= exact.d + 1e-6 * abs(exact.d) + 1e-9) as hits'
        '    from sampled, lateral ('
        '        select max(d) as d, count(*) as n from ('
        '            select (%1$s %6$s sampled.sampled_v) + 0 as d from %3$s'
        '            where %1$s is not null and %4$s %7$s order by 1 limit %8$s) whole) exact)'
        ' select sum(least(hits, n))::float8 / nullif(sum(n), 0) from measured',
        vector, sampled_keys, relation, coalesce(partial, 'true'), sample,
        operator, same_key, k, known)
    into recall;
    return recall;
end
$$;
comment on function hnsw_recall(regclass, integer, integer) is
    'Share of the k nearest rows that the index finds with the settings of the session, '
    'for vectors of so many random rows: 1 is exact. Reads the table once for each.';
