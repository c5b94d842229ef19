begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(8);

-- Two users, one instance of the first one's, one workflow that declares the parameter brand.
do $fixture$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:00:00Z', true);
  insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000001', 'owner@pgtap.test'),
    ('a0000000-0000-4000-8000-000000000002', 'other@pgtap.test');
  perform amc_history.connect_instance('amcpgtap1', 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@pgtap.test');
  perform save_workflow('amcpgtap1', 'Weekly campaigns', 'select 1', '[{"name": "brand", "dataType": "STRING"}]');
end;
$fixture$;
create function pg_temp.workflow() returns text language sql as
  $$ select id from amc_workflows where instance_id = 'amcpgtap1' $$;
set local role authenticated;
do $$ begin perform set_config('request.jwt.claims', '{"sub": "a0000000-0000-4000-8000-000000000001"}', true); end $$;
create temporary table saved on commit drop as select save_workflow('amcpgtap1', 'Brand Überblick (weekly)',
  'select brand from t') as id;

select matches((select id from saved), '^brand-berblick-weekly-[0-9a-f]{12}$', 'an id is a readable stem and a hash');
select is(save_workflow('amcpgtap1', 'Brand Überblick (weekly)', 'select brand from t'), (select id from saved),
  'the same again has the same id');
select is(save_workflow('amcpgtap1', 'brand berblick weekly', 'select brand from t'), (select id from saved),
  'so has a name with the same stem');
select isnt(save_workflow('amcpgtap1', 'Brand Überblick (weekly)', 'select brand from t '), (select id from saved),
  'a changed text has another');
select isnt(save_workflow('amcpgtap1', 'Brand Überblick (weekly)', 'select brand from t', '[{"name": "x"}]'),
  (select id from saved),
  'so have other parameters');
select matches(save_workflow('amcpgtap1', '日本語', 'select brand from t'), '^workflow-[0-9a-f]{12}$',
  'a name without a letter of its own has a stem too');
select cmp_ok(char_length(save_workflow('amcpgtap1', repeat('long name ', 10), 'select 1')), '<=', 53,
  'a long name is cut');
select is((select count(*) from amc_workflows where sql_query = 'select brand from t' and name like 'Brand%'),
  2::bigint, 'a version is there once');

select * from finish();
rollback;
