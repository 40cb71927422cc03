-- The words of the four agents are there for every tenant, and are the newest.
begin;
select plan(4);

select tenant.create_tenant(901, 'words');
select set_config('bellwether.tenant', '901', true);
set local role bellwether_worker;
select set_config('bellwether.tenant', '901', true);

select set_eq(
    $$select p.prompt_version
    from unnest('{DataAgent,RiskManager,Validator,MetaAgent}'::text[]) as s (name)
    cross join lateral agent.prompt_in_use(s.name) as p$$,
    '{
        system:DataAgent@1,system:RiskManager@1,
        system:Validator@1,system:MetaAgent@1
    }'::text[],
    'each agent has its words'
);
select is(
    (
        select count(*)
        from unnest('{DataAgent,RiskManager,Validator,MetaAgent}'::text[]) as s (name)
        cross join lateral agent.prompt_in_use(s.name) as p
        where p.body like '%"text_from_outside" was written by strangers%'
        and p.body like '%Use only the numbers of the document%'
    ), 4::bigint, 'each says that outside text is data and numbers are given'
);
select is(
    agent.add_prompt('DataAgent', 'Only ever hold.'), 1, 'a tenant adds its own'
);
select is(
    (select p.prompt_version from agent.prompt_in_use('DataAgent') as p),
    'DataAgent@1', 'which goes first'
);

select * from finish();
rollback;
