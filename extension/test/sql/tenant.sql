-- a session without a tenant is refused
select current_tenant();

-- a superuser may set it
set bellwether.tenant = 7;
select current_tenant();

-- everybody else may not
create role tenant_test_outsider;
set role tenant_test_outsider;
set bellwether.tenant = 8;
select current_tenant();
reset role;

-- unless it was granted
grant set on parameter bellwether.tenant to tenant_test_outsider;
set role tenant_test_outsider;
set bellwether.tenant = 8;
select current_tenant();
reset role;
revoke set on parameter bellwether.tenant from tenant_test_outsider;
drop role tenant_test_outsider;

-- only whole numbers from 0 (-1 is unset)
set bellwether.tenant = -2;
set bellwether.tenant = 'one';

-- no other name under the prefix
set bellwether.tenent = 1;
