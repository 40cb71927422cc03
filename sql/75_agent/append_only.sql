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

-- One partition of events a month, made ahead. Events of other times (a clock that
-- jumped) go to the default partition, so that writing an event never fails for its
-- date.
create or replace function agent.keep_months()
returns void
language plpgsql
security definer -- workers do not own the tables
set search_path = pg_catalog, pg_temp
as $$
declare
    this_month timestamp := date_trunc('month', clock_timestamp() at time zone 'UTC');
    month timestamp;
    partition text;
begin
    if to_regclass(
        format('agent.event_%s', to_char(this_month + interval '2 months', 'YYYYMM'))
    ) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('agent.keep_months'));
    for month in
        select null
        union all
        select this_month + ahead * interval '1 month'
        from generate_series(0, 3) as ahead
    loop
        partition := format('event_%s', coalesce(to_char(month, 'YYYYMM'), 'default'));
        continue when to_regclass(format('agent.%I', partition)) is not null;
        execute format(
            'create table agent.%I (like agent.event including all)', partition
        );
        -- Nobody reads a partition past the walls of the whole.
        execute format(
            'alter table agent.%I enable row level security, force row level security',
            partition
        );
        execute format(
            'alter table agent.event attach partition agent.%I %s', partition,
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
comment on function agent.keep_months() is
'Makes the partitions of agent.event for this month and three more.';

select agent.keep_months();
