-- What happened stays: no row of these tables is changed or removed, by nobody, their
-- owner included.

create or replace function agent.refuse_change()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception using
        errcode = 'BW141',
        message = format(
            '%s on %I.%I: this table only grows', tg_op, tg_table_schema, tg_table_name
        );
end
$$;
comment on function agent.refuse_change()
    is 'Trigger function of tables that only grow.';

create or replace trigger _100_only_grows before update or delete on agent.event
for each row execute function agent.refuse_change();
create or replace trigger _100_only_grows_truncate before truncate on agent.event
for each statement execute function agent.refuse_change();
create or replace trigger _100_only_grows before update or delete on agent.step
for each row execute function agent.refuse_change();
create or replace trigger _100_only_grows_truncate before truncate on agent.step
for each statement execute function agent.refuse_change();
create or replace trigger _100_only_grows before update or delete on agent.decision
for each row execute function agent.refuse_change();
create or replace trigger _100_only_grows_truncate before truncate on agent.decision
for each statement execute function agent.refuse_change();

create or replace trigger _100_only_grows before update or delete on agent.call
for each row execute function agent.refuse_change();
create or replace trigger _100_only_grows_truncate before truncate on agent.call
for each statement execute function agent.refuse_change();

-- One partition of events and of model calls a month, made ahead. Rows of other times
-- (a clock that jumped) go to the default partition, so that writing one never fails
-- for its date.
create or replace function agent._keep_months_of(whole text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    this_month timestamp := date_trunc('month', clock_timestamp() at time zone 'UTC');
    month timestamp;
    partition text;
begin
    for month in
        select null
        union all
        select this_month + ahead * interval '1 month'
        from generate_series(0, 3) as ahead
    loop
        partition := format(
            '%s_%s', whole, coalesce(to_char(month, 'YYYYMM'), 'default')
        );
        continue when to_regclass(format('agent.%I', partition)) is not null;
        execute format(
            'create table agent.%I (like agent.%I including all)', partition, whole
        );
        -- Nobody reads a partition past the walls of the whole.
        execute format(
            'alter table agent.%I enable row level security, force row level security',
            partition
        );
        execute format(
            'alter table agent.%I attach partition agent.%I %s', whole, partition,
            case
                when month is null then 'default'
                else format(
                    'for values from (%L) to (%L)',
                    month at time zone 'UTC',
                    (month + interval '1 month') at time zone 'UTC'
                )
            end
        );
        execute format(
            'create trigger _100_only_grows_truncate before truncate on agent.%I '
            'for each statement execute function agent.refuse_change()', partition
        );
    end loop;
end
$$;
comment on function agent._keep_months_of(text) is
'Makes the partitions of a table of this schema for this month and three more.';

create or replace function agent.keep_months()
returns void
language plpgsql
security definer -- workers do not own the tables
set search_path = pg_catalog, pg_temp
as $$
declare
    last_month constant text := to_char(
        clock_timestamp() at time zone 'UTC' + interval '2 months', 'YYYYMM'
    );
begin
    if to_regclass('agent.event_' || last_month) is not null
        and to_regclass('agent.call_' || last_month) is not null
    then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('agent.keep_months'));
    perform agent._keep_months_of('event');
    perform agent._keep_months_of('call');
end
$$;
comment on function agent.keep_months() is
'Makes the partitions of agent.event and agent.call for this month and three more.';

-- No query: psql would print its empty answer.
do $$ begin perform agent.keep_months(); end $$;
