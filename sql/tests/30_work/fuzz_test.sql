-- Every function that a worker may call, again and again, with whatever its arguments
-- can hold: right values, nulls, the largest and least ones, arrays that do not fit.
-- Whatever comes:
--   - it succeeds, or it is refused with an SQLSTATE of ours: no internal error, no
--     constraint or index that a caller knows nothing of;
--   - the queue is whole afterwards, and can be emptied.
-- Seeded: 40 calls of each function; with BELLWETHER_LONG 100, by two seeds.
begin;
select plan(7);
\set calls 40
\set seeds 1
\getenv long BELLWETHER_LONG
\if :{?long}
    \set calls 100
    \set seeds 2
\endif
\ir ../roles.psql
\ir worker.psql
select setval('work.wake_ups_sent', 1) \g /dev/null

create temporary table choice (type text, name text, value text) on commit drop;
insert into choice
select given.type, given.name, value
from (values
    ('text', null, array[
        '', ' ', 'x', 'run_cycle', 'default', 'ä€😀', E'a\nb\tc', '%s %I', '\x00', 'NaN',
        '"; drop table work.job; --', repeat('long', 60)
    ]),
    ('text', 'kind', array['run_cycle', 'submit_order', 'match_orders', 'fly']),
    ('text', 'queue', array['default']),
    ('text', 'scope', array['tenant', 'provider', 'kind']),
    ('text', 'gate', array['x', 'model']),
    ('text', 'name', array['x', '1', '9', 'run_cycle', 'model']),
    ('text', 'dedup_key', array['k', 'l', repeat('x', 100000)]),
    ('text', 'lane', array['a', 'b', repeat('x', 100000)]),
    ('text', 'cron', array[
        '* * * * *', '0 9 * * *', '0 0 30 2 *', '*/7 1-5 * jan-mar mon,7', '60 * * * *', '0 0 29 2 *',
        '* * * *', '*/0 * * * *', '5-1 * * * *', '99999999999 * * * *'
    ]),
    ('text', 'time_zone', array['UTC', 'America/New_York', 'EST5EDT', 'Mars/Phobos']),
    ('text', 'calendar', array['XNYS']),
    ('text', 'catch_up', array['all', 'last', 'none']),
    ('text', 'session_event', array['open', 'close', 'hours']),
    ('integer', null, array['-2147483648', '-1', '0', '1', '7', '2147483647']),
    ('integer', 'max_jobs', array['1', '3', '1000', '1001']),
    ('integer', 'tenant_id', array['0', '1', '2']),
    ('bigint', null, array['-9223372036854775808', '-1', '0', '1', '9223372036854775807']),
    ('numeric', null, array[
        '-1', '0', '1', '0.5', '1e-300', '1e300', 'NaN', 'Infinity', '-Infinity'
    ]),
    ('boolean', null, array['true', 'false']),
    ('jsonb', null, array[
        '{}', '{"n": 1}', '[]', 'null', '1', '"x"', '{"a": {"b": [1, null]}}'
    ]),
    ('interval', null, array[
        '0', '1 microsecond', '1 second', '-1 second', '1 day', '30 days', '31 days',
        '1 mon -31 days', '100000 years', '-100000 years', '178000000 years'
    ]),
    ('timestamp with time zone', null, array[
        'infinity', '-infinity', 'now', 'tomorrow', 'yesterday', 'epoch', '9998-12-31',
        '294276-12-31', '4713-01-01 BC'
    ]),
    ('text[]', null, array[
        '{}', '{NULL}', '{run_cycle}', '{run_cycle,submit_order}', '{fly}', '{a,NULL,a}',
        '{{run_cycle,a},{b,c}}', '[5:6]={a,b}'
    ]),
    ('integer[]', null, array['{}', '{NULL}', '{1}', '{1,2}', '{-1,2147483647}', '{{1},{2}}']),
    ('bigint[]', null, array[
        '{}', '{NULL}', '{0}', '{1,1}', '{-1}', '{9223372036854775807}', '{{1,2},{3,4}}'
    ]),
    ('jsonb[]', null, array[
        '{}', '{{"{}","{}"},{"{}","{}"}}', '{NULL}', '{"{}"}', '{"{}","{}"}', '{"{}",NULL}', '{"[]"}', '{"{}","1"}'
    ])
) as given (type, name, choices)
cross join unnest(given.choices) as value;

-- The same for the same seed; different from place to place.
create function pg_temp.draw(sides bigint, variadic place text[]) returns bigint
language sql as $$
    select abs(hashtextextended(array_to_string(place, ' '), 0) % greatest(sides, 1))
$$;

-- An argument: null, what is there (a worker, a job that lives, is dead or leased, its
-- token), or one of the choices of its name or type.
create function pg_temp.argument(name text, type text, seed text) returns text
language plpgsql as $$
declare
    way bigint := pg_temp.draw(8, 'way', seed, name);
    picked text;
begin
    if way = 0 then
        return 'null';
    elsif way < 5 and name in ('worker_id', 'job_id', 'lease_token') then
        -- By the same draw for all of a call, so that what belongs together often is.
        execute format($f$
            select %s::text from (
                select j.job_id, j.lease_token, coalesce(j.worker_id, a.worker_id) as worker_id
                from work.job as j cross join actor as a where a.name = 'a'
                union all
                select d.job_id, 0, a.worker_id
                from work.dead as d cross join actor as a where a.name = 'b'
                order by 1 offset $1 limit 1
            ) as there
        $f$, quote_ident(name)) into picked
        using pg_temp.draw((
            select count(*) from (
                select job_id from work.job union all select job_id from work.dead
            ) as there
        ), 'row', seed);
    elsif way < 5 and type = 'bigint[]' and name in (
        'job_ids', 'lease_tokens', 'after', 'known_job_ids', 'known_lease_tokens'
    ) then
        select case when name like '%tokens' then array_agg(j.lease_token order by j.job_id)
            else array_agg(j.job_id order by j.job_id) end::text
        into picked
        from (
            select j.job_id, j.lease_token from work.job as j
            where j.job_id % 3 = pg_temp.draw(3, 'rest', seed) order by j.job_id limit 20
        ) as j;
    elsif way < 7 then
        select c.value into picked from choice as c
        where c.type = argument.type and c.name = argument.name
        order by hashtextextended(c.value, pg_temp.draw(1000000, 'named', seed, argument.name))
        limit 1;
    end if;
    if picked is null then
        select c.value into picked from choice as c
        where c.type = argument.type and c.name is null
        order by hashtextextended(c.value, pg_temp.draw(1000000, 'any', seed, argument.name))
        limit 1;
    end if;
    return coalesce(quote_literal(picked), 'null') || '::' || type;
end
$$;

create temporary table tried (
    name text, call text, code text, message text, detail text
) on commit drop;
create function pg_temp.try_all(calls int, seeds int) returns void language plpgsql as $$
declare
    known record;
    call text;
    state text;
    said text;
    more text;
begin
    for known in
        select
            s.seed, n.number, p.proname::text as name, p.proargnames as names,
            p.pronargs - p.pronargdefaults as needed,
            array(
                select format_type(t, null) from unnest(p.proargtypes::oid[]) as t
            ) as types
        from generate_series(1, seeds) as s (seed)
        cross join generate_series(1, calls) as n (number)
        cross join pg_proc as p
        where
            p.pronamespace = 'work'::regnamespace and p.prokind = 'f'
            and has_function_privilege('bellwether_worker', p.oid, 'execute')
        order by
            s.seed, n.number, hashtextextended(p.oid::regprocedure::text, n.number + s.seed)
    loop
        -- There are workers, whatever they were told before.
        update actor set worker_id = work.register_worker(
            'host', 1, '1', array(select k.name from work.kind as k)
        )
        where actor.worker_id not in (select w.worker_id from work.worker as w);
        select format(
            'select count(*) from work.%I(%s)', known.name, coalesce(string_agg(
                format('%I => ', known.names[i]) || pg_temp.argument(
                    known.names[i], known.types[i],
                    format('%s %s %s', known.seed, known.number, known.name)
                ), ', ' order by i
            ), '')
        ) into call
        from generate_subscripts(known.types, 1) as i
        -- What may be left out mostly is.
        where i <= known.needed or pg_temp.draw(
            3, 'given', known.seed::text, known.number::text, known.name, i::text
        ) = 0;
        state := '00000';
        said := null;
        begin
            perform set_config('role', 'bellwether_worker', true);
            execute call;
            perform set_config('role', 'none', true);
        exception when others then
            get stacked diagnostics
                state := returned_sqlstate, said := message_text, more := pg_exception_context;
        end;
        insert into tried values (known.name, call, state, said, more);
    end loop;
end
$$;

select pg_temp.try_all(:calls, :seeds) \g /dev/null
select is_empty(
    $$select distinct on (name, code) code, message, left(call, 300), left(detail, 300)
    from tried where code <> '00000' and code not like 'BW2__'$$,
    'each call succeeds or is refused with an SQLSTATE of ours'
);
select is_empty(
    $$select distinct code from tried
    where code like 'BW%' and code not in (select s.code from ops.sqlstate as s)$$,
    'each of which is in the reference'
);
select is_empty(
    $$select distinct on (name, code) code, message, left(call, 300) from tried
    where code like 'BW%' and (message = '' or length(message) > 500)$$,
    'each message can be read'
);
-- It is of use only if it comes as far as to what the functions do.
select is_empty(
    $$select name from tried group by name having not bool_or(code = '00000')$$,
    'each function succeeds at times'
);

-- The queue is whole.
select is_empty(
    $$select 'in two places', job_id from work.job where job_id in (
        select d.job_id from work.dead as d
    )
    union all
    select 'waits for nobody', d.job_id from work.dependency as d
    where not exists (select from work.job as j where j.job_id = d.job_id)
        or not exists (select from work.job as j where j.job_id = d.after_job_id)
    union all
    select 'two of a lane run', min(j.job_id) from work.job as j
    where j.state = 'leased' and j.lane is not null
    group by j.tenant_id, j.lane having count(*) > 1
    union all
    select 'started too often', j.job_id from work.job as j
    where j.attempt > j.max_attempts or j.attempt < 0$$,
    'the queue is whole'
);

-- It can be emptied: by a worker that does everything.
delete from work.hold;
delete from work.gate;
delete from work.bucket;
create function pg_temp.empty() returns bigint language plpgsql as $$
declare
    worker int := work.register_worker('host', 1, '1', array(select name from work.kind));
    ids bigint[];
    tokens bigint[];
begin
    for i in 1..10000 loop
        select array_agg(c.job_id), array_agg(c.lease_token) into ids, tokens
        from work.claim(worker, null, 1000) as c;
        if ids is null then
            perform work.unregister_worker(w.worker_id) from work.worker as w
            where w.worker_id <> worker;
            perform work.rescue();
            perform work.retry(array(select j.job_id from work.job as j));
            select array_agg(c.job_id), array_agg(c.lease_token) into ids, tokens
            from work.claim(worker, null, 1000) as c;
        end if;
        exit when ids is null;
        perform work.ack(worker, ids, tokens);
    end loop;
    return (select count(*) from work.job);
end
$$;
select is(pg_temp.empty(), 0::bigint, 'and can be emptied');
select is((select count(*) from work.dependency), 0::bigint, 'nobody waits any more');

select * from finish();
rollback;
