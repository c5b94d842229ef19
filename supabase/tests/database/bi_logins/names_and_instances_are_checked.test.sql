-- A BI login is made for instances that are there, under a name that no role has; its password is answered, not kept.
begin;
\ir ../../_shared/workflow.psql
select plan(16);

create temporary table made on commit drop as
  select * from amc_history.create_bi_login('bi_pgtap_made', array['amcpgtap1', 'amcpgtap1']);
select is((select array[login, (password ~ '^[0-9a-f]{64}$')::text] from made), array['bi_pgtap_made', 'true'],
  'it answers a random password');
select is((select array_agg(login || ' ' || instance_id) from amc_history.bi_logins), array['bi_pgtap_made amcpgtap1'],
  'it reads its instance');
select ok((select not (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls) and rolconnlimit = 10
    from pg_roles where rolname = 'bi_pgtap_made'), 'its role has no power');
select is((select array_agg(roleid::regrole::text) from pg_auth_members where member = 'bi_pgtap_made'::regrole),
  array['amc_history_reader'], 'and one membership');

select is(pg_temp.refusal(format('select amc_history.create_bi_login(%L, array[%L])', name, 'amcpgtap1')),
  expected, coalesce(name, 'null') || ' is refused')
from (values ('bi_pgtap_made', '22023 bi_login_exists'), ('postgres', '22023 bi_login_exists'),
  ('authenticator', '22023 bi_login_exists'), (null, '22023 bi_login_name_invalid'),
  ('pg_reader', '22023 bi_login_name_invalid'), ('Metabase', '22023 bi_login_name_invalid'),
  ('a; drop role b', '22023 bi_login_name_invalid'), (repeat('a', 41), '22023 bi_login_name_invalid')
) t(name, expected);
select is(pg_temp.refusal(format('select amc_history.create_bi_login(%L, %L)', 'bi_pgtap_none', instances)),
  'PT404 instance_not_found', coalesce(instances::text, 'null') || ' are no instances')
from (values (array['amcpgtap1', 'amcnone']), ('{}'), (array[null::text])) t(instances);

delete from amc_instances where id = 'amcpgtap1';
select is_empty('select * from amc_history.bi_logins', 'an instance that is gone is read by nobody');

select * from finish();
rollback;
