-- The demo's tenant with its paper account, and its logins. Repeatable.
set client_min_messages = warning;
\o /dev/null
select tenant.create_tenant(1, 'demo');
select tenant.add_member(1, 'demo_analyst', 'analyst');
select tenant.add_member(1, 'demo_reader', 'reader');
