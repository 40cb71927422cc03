-- Keys: shown once, kept as a hash, with scopes, an end and a rate.
begin;
select plan(31);
\ir ../roles.psql
select tenant.create_tenant(9001, 'test one') \g /dev/null
select tenant.create_tenant(9002, 'test two') \g /dev/null

select throws_ok(
    $$select * from tenant.create_key(4711, 'x')$$, 'BW012', null,
    'no key without a tenant'
);
select throws_ok(
    $$select * from tenant.create_key(9001, 'x', '{read,root}')$$, 'BW020', null,
    'no scope that there is not'
);
select throws_ok(
    $$select * from tenant.create_key(9001, 'x', '{}')$$, 'BW020', null,
    'no key without a scope'
);
select key_id as key, secret from tenant.create_key(9001, 'test', '{read,trade}')
\gset
select ok(:'secret' ~ '^bw_[A-Za-z0-9_-]{43}$', 'the secret is 43 letters');
select is(
    (
        select count(*)::int from tenant.api_key as k
        where k::text like '%' || :'secret' || '%'
    ), 0, 'it is kept nowhere'
);
select results_eq(
    format(
        'select key_id, tenant_id, scopes from tenant.authenticate(tenant.key_hash(%L))',
        :'secret'
    ),
    format('values (%s::bigint, 9001, array[''read'', ''trade''])', :'key'),
    'whose it is'
);
select is_empty(
    $$select * from tenant.authenticate(tenant.key_hash('bw_guess'))$$, 'a guess is nobody''s'
);
select isnt(
    (
        select last_used_at from tenant.keys() as k where k.key_id = :key
    ), null, 'and when it was used'
);

-- The rate.
update tenant.api_key set tokens = 3, rate_per_second = 0.001, refilled_at = clock_timestamp()
where key_id = :key;
select is(tenant.take_requests(:key, 2), 2, 'two of three');
select is(tenant.take_requests(:key, 2), 1, 'the last');
select is(tenant.take_requests(:key, 2), 0, 'none');
update tenant.api_key set rate_per_second = 10, refilled_at = clock_timestamp() - interval '1 second'
where key_id = :key;
select is(tenant.take_requests(:key, 100), 10, 'ten after a second');
update tenant.api_key set refilled_at = clock_timestamp() - interval '1 day'
where key_id = :key;
select is(tenant.take_requests(:key, 1000), 200, 'never more than the burst');
select is(tenant.take_requests(-1, 5), 0, 'none for a key that there is not');

-- Sessions of the page.
select token, csrf_token from gateway.open_session(:key) \gset
select is(
    (
        select s.csrf_token from gateway.session_of(tenant.key_hash(:'token')) as s
    ), :'csrf_token', 'a session knows what its writes must carry'
);
select is(
    (
        select count(*)::int from gateway.session as s
        where s::text like '%' || :'token' || '%'
    ), 0, 'its token is kept nowhere'
);

-- What its cookie is signed with.
select count(*) as before from gateway.cookie_secrets() \gset
select is(
    (
        select count(*)::int from gateway.cookie_secrets() as s
        where s.signs and length(s.secret) = 32
    ), 1, 'one secret signs'
);
select lives_ok('select gateway.rotate_cookie_secret()', 'it has a successor');
select is(
    (select count(*) from gateway.cookie_secrets()), (:before + 1)::bigint, 'both are believed'
);
select ok(
    (
        select s.signs from gateway.cookie_secrets() as s
        order by s.signs desc limit 1
    )
    and not (select s.signs from gateway.cookie_secrets() as s limit 1),
    'the old one signs until every gateway knows the new one'
);
select lives_ok(
    $$select gateway.rotate_cookie_secret('0')$$, 'a leaked one ends at once'
);
select results_eq(
    'select signs from gateway.cookie_secrets()', 'values (true)', 'and with it all others'
);
update gateway.cookie_secret set begins_at = begins_at - interval '31 days';
select results_eq(
    'select signs from gateway.cookie_secrets()', 'values (false), (true)',
    'one that is a month old gets its successor by itself'
);

-- Ends.
select new_key_id as successor, secret as other from tenant.rotate_key(:key) \gset
select is(
    (
        select count(*)::int from tenant.authenticate(tenant.key_hash(:'secret'))
    ), 1, 'the old one works for a while'
);
update tenant.api_key set expires_at = clock_timestamp() - interval '1 second'
where key_id = :key;
select is(
    (
        select count(*)::int from tenant.authenticate(tenant.key_hash(:'secret'))
    ), 0, 'and not when it has ended'
);
select is_empty(
    format('select * from gateway.session_of(tenant.key_hash(%L))', :'token'),
    'nor does its session'
);
select is(tenant.revoke_key(:successor), true, 'revoked');
select is(
    (
        select count(*)::int from tenant.authenticate(tenant.key_hash(:'other'))
    ), 0, 'and of no use'
);
select is(tenant.revoke_key(:successor), false, 'once');
select throws_ok(
    format('select * from tenant.rotate_key(%s)', :successor), 'BW021', null,
    'what has ended has no successor'
);

-- Nobody but the gateway asks.
set local role bellwether_analyst;
select throws_ok(
    $$select * from tenant.authenticate('\x00')$$, '42501', null, 'an analyst may not'
);
reset role;

select * from finish();
rollback;
