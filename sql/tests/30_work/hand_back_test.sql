-- A worker whose claim's answer got lost gives back what it does not know of.
begin;
select plan(9);

insert into work.kind (name, description) values ('carry', 'Test.');
select work.register_worker('here', 1, 'test', '{carry}') as worker \gset
select work.register_worker('there', 2, 'test', '{carry}') as other \gset
select work.enqueue('carry') as known \gset
select lease_token as token from work.claim(:worker, '{carry}', 1) \gset
select work.enqueue('carry') as unknown \gset
select work.enqueue('carry') as theirs \gset
select count(*) from work.claim(:worker, '{carry}', 1) \gset claimed_
select count(*) from work.claim(:other, '{carry}', 1) \gset others_

select is(
    work.hand_back(:worker, array[:known], array[:token]), 1,
    'what is not known goes back'
);
select results_eq(
    $$select state, attempt, lease_token from work.job where job_id = $$ || :unknown,
    $$values ('ready', 0, 2::bigint)$$,
    'without a spent attempt, and its old token is worth nothing'
);
select is(
    (select state from work.job where job_id = :known), 'leased', 'what is known stays'
);
select is(
    (select state from work.job where job_id = :theirs), 'leased',
    'what others hold stays'
);
select is(work.hand_back(:worker, array[:known], array[:token]), 0, 'once');
select throws_ok(
    format('select work.hand_back(%s, array[1, 2], array[1])', :worker), 'BW205', null,
    'ids and tokens must be as many'
);

-- A worker that leaves hands back all it has.
select is(work.unregister_worker(:worker), 1, 'who leaves hands back what it holds');
select results_eq(
    $$select state, attempt, lease_token from work.job where job_id = $$ || :known,
    $$values ('ready', 0, 2::bigint)$$,
    'that, too, without a spent attempt and with a new token'
);
select is(
    (select state from work.job where job_id = :theirs), 'leased',
    'what others hold stays theirs'
);

select finish();
rollback;
