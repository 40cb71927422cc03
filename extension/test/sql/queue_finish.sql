-- Jobs that have ended move from the table of those that live to that of those that are done.
set timezone = 'UTC';
create schema desk;
create table desk.job (
    job_id bigint primary key,
    tenant_id int not null default 0,
    kind text not null default 'probe',
    lane text,
    worker_id int,
    lease_token bigint not null default 0,
    again jsonb,
    payload jsonb default '{"left": "behind"}',
    enqueued_at timestamptz not null default '2026-01-05 10:00+00',
    run_at timestamptz not null default '2026-01-05 10:00:01+00',
    started_at timestamptz
);
create table desk.done (
    gone int,
    job_id bigint not null,
    tenant_id int not null,
    kind text not null,
    lane text,
    worker_id int,
    lease_token bigint check (lease_token < 100),
    started_at timestamptz,
    finished_at timestamptz not null,
    wait_ms double precision not null,
    run_ms double precision not null
) partition by range (finished_at);
alter table desk.done drop column gone;
create table desk.monday partition of desk.done for values from ('2026-01-05') to ('2026-01-06');
create index on desk.done (job_id);
-- A partition whose columns stand in another order
create table desk.tuesday (
    run_ms double precision not null,
    wait_ms double precision not null,
    finished_at timestamptz not null,
    started_at timestamptz,
    lease_token bigint,
    worker_id int,
    lane text,
    kind text not null,
    tenant_id int not null,
    job_id bigint not null,
    constraint done_lease_token_check check (lease_token < 100)
);
alter table desk.done attach partition desk.tuesday for values from ('2026-01-06') to ('2026-01-07');

create function lease(ids bigint[], worker int, token bigint) returns void language sql as $$
    insert into desk.job (job_id, tenant_id, lane, worker_id, lease_token, started_at)
    select id, id % 3, case when id % 2 = 0 then 'lane ' || id end, worker, token, '2026-01-05 10:00:03+00'
    from unnest(ids) as id
$$;
create function finish(worker int, ids bigint[], tokens bigint[], moment timestamptz default '2026-01-05 10:00:04.5+00')
returns table (finished bigint[], tenants int[], lanes text[]) language sql as $$
    select * from queue_finish('desk.job', 'desk.done', worker, ids, tokens, moment)
$$;

-- Its own jobs, in any order, one of them twice; not those of others, nor by an old token
select lease('{1,2,3,4,5,1000,1001,7777777777}', 7, 1);
select lease('{6}', 8, 1);
update desk.job set lease_token = 2 where job_id = 5;
insert into desk.job (job_id) values (9);
select * from finish(7, '{7777777777,3,2,1,5,6,9,1001,2,12345}', '{1,1,1,1,1,1,0,1,1,1}');
select * from desk.done order by job_id;
select tableoid::regclass, count(*) from desk.done group by 1;
select job_id from desk.job order by job_id;

-- One that is to run again stays
update desk.job set again = '{}' where job_id = 4;
select * from finish(7, '{4}', '{1}');
-- Nothing to do
select * from finish(7, '{}', '{}');
select * from finish(7, '{4}', null);

-- Into the partition with other columns; by a constraint of its own nothing is done
select * from finish(7, '{1000}', '{1}', '2026-01-06 00:00+00');
select * from desk.tuesday;
update desk.job set lease_token = 100 where job_id = 5;
select * from finish(7, '{5}', '{100}');
select * from finish(7, '{5}', '{100}', '2026-02-01 00:00+00');
select count(*) from desk.job where job_id = 5;

-- More than are written at a time, and an index that finds them
select lease(array(select generate_series(10000, 12499)), 9, 3);
select cardinality(f.finished), cardinality(f.lanes) from finish(
    9, array(select generate_series(12499, 10000, -1)), array_fill(3::bigint, array[2500])
) as f;
set enable_seqscan = off;
select count(*), sum(wait_ms), sum(run_ms) from desk.done where job_id between 10000 and 12499;
reset enable_seqscan;
select count(*) from desk.job where job_id >= 10000 and job_id < 20000;

-- In one transaction with what comes before and after
begin;
select lease('{20}', 7, 1);
update desk.job set worker_id = 8 where job_id = 20;
select finished from finish(7, '{20}', '{1}');
select finished from finish(8, '{20}', '{1}');
select finished from finish(8, '{20}', '{1}');
select count(*) from desk.done where job_id = 20;
rollback;
select count(*) from desk.done where job_id = 20;

-- Triggers on what is done are run
create function desk.tell() returns trigger language plpgsql as $$
begin
    raise notice '% is done', new.job_id;
    return new;
end $$;
create trigger tell after insert on desk.monday for each row execute function desk.tell();
select lease('{30,31}', 7, 1);
select finished from finish(7, '{30,31}', '{1,1}');
drop trigger tell on desk.monday;
-- and those of the statement, on both
create function desk.say() returns trigger language plpgsql as $$
begin
    raise notice '% % %', tg_when, tg_op, tg_table_name;
    return null;
end $$;
create trigger say before delete on desk.job for each statement execute function desk.say();
create trigger said after delete on desk.job for each statement when (1 < 2) execute function desk.say();
create trigger unsaid after delete on desk.job for each statement when (1 > 2) execute function desk.say();
create trigger say before insert on desk.done for each statement execute function desk.say();
create trigger said after insert on desk.done for each statement execute function desk.say();
select lease('{32}', 7, 1);
select finished from finish(7, '{32}', '{1}');

-- What it cannot do, and says
select finish(7, '{1,null}', '{1,1}');
select finish(7, '{1,2}', '{1}');
select * from queue_finish('desk.job', 'desk.job', 7, '{1}', '{1}', now());
select * from queue_finish('desk.done', 'desk.done', 7, '{1}', '{1}', now());
select * from queue_finish('pg_stat_activity', 'desk.done', 7, '{1}', '{1}', now());
create trigger tell before delete on desk.job for each row execute function desk.tell();
select finish(7, '{1}', '{1}');
drop trigger tell on desk.job;
create trigger tell after delete on desk.job referencing old table as gone for each statement execute function desk.say();
select finish(7, '{1}', '{1}');
drop trigger tell on desk.job;
alter table desk.job enable row level security;
create role queue_clerk;
grant usage on schema desk to queue_clerk;
grant execute on function queue_finish(regclass, regclass, int, bigint[], bigint[], timestamptz) to queue_clerk;
set role queue_clerk;
select finish(7, '{1}', '{1}');
reset role;
grant select, delete on desk.job to queue_clerk;
set role queue_clerk;
select finish(7, '{1}', '{1}');
reset role;
alter table desk.job disable row level security;
set role queue_clerk;
select finish(7, '{1}', '{1}');
reset role;
revoke execute on function queue_finish(regclass, regclass, int, bigint[], bigint[], timestamptz) from queue_clerk;
set role queue_clerk;
select finish(7, '{1}', '{1}');
reset role;
alter table desk.job drop constraint job_pkey;
select finish(7, '{1}', '{1}');
alter table desk.job add primary key (kind, job_id);
select finish(7, '{1}', '{1}');

drop schema desk cascade;
drop function lease, finish;
drop role queue_clerk;
