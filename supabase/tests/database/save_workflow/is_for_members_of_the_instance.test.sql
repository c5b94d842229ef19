begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(4);

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
create function pg_temp.refusal(statement text) returns text language plpgsql as $$
declare
  code text;
  hint text;
begin
  execute statement;
  return 'no refusal';
exception
  when others then
    get stacked diagnostics code = pg_exception_detail, hint = pg_exception_hint;
    return concat_ws(' ', sqlstate, code, case when hint = '' then 'without a hint' end);
end;
$$;
set local role authenticated;
do $$ begin perform set_config('request.jwt.claims', '{"sub": "a0000000-0000-4000-8000-000000000002"}', true); end $$;

select is(pg_temp.refusal($$ select save_workflow('amcpgtap1', 'Mine', 'select 1') $$), 'PT404 instance_not_found',
  'another user has no such instance');
select is(pg_temp.refusal($$ select save_workflow('amcnosuch', 'Mine', 'select 1') $$), 'PT404 instance_not_found',
  'which reads like one that is not there');
select throws_ok($$ insert into amc_workflows (instance_id, name, sql_query)
  values ('amcpgtap1', 'Mine', 'select 1') $$, '42501', null,
  'nor can he write past the function');
set local role anon;
select throws_ok($$ select save_workflow('amcpgtap1', 'Mine', 'select 1') $$, '42501', null,
  'without a user there is nothing to call');

select * from finish();
rollback;
