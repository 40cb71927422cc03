-- The demo's tenant, its logins and its paper account. Repeatable.
set client_min_messages = warning;
select tenant.create_tenant(1, 'demo');
select tenant.add_member(1, 'demo_analyst', 'analyst');
select tenant.add_member(1, 'demo_reader', 'reader');
