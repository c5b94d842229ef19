begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(7);

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
set local role service_role;

select is(pg_temp.refusal(format($call$ select create_collection('a0000000-0000-4000-8000-000000000001', 'amcpgtap1',
  pg_temp.workflow(), %s) $call$, arguments)), expected, what)
from (values
  ('weeks => 400000', '22023 weeks_out_of_range', 'more weeks than there are dates'),
  ('weeks => 2147483647', '22023 weeks_out_of_range', 'the largest number'),
  ('weeks => -2147483648', '22023 weeks_out_of_range', 'the smallest number')
) as t(arguments, expected, what);
select matches(pg_temp.refusal(format($call$ select create_collection('a0000000-0000-4000-8000-000000000001',
  'amcpgtap1', pg_temp.workflow(), %s) $call$, arguments)),
  '^22023 (range|weeks|parameter)', what)
from (values
  ($$ start_date => '-infinity', end_date => '2025-03-02' $$, 'a start that never was'),
  ($$ start_date => '2025-01-06', end_date => 'infinity' $$, 'an end that never comes'),
  ($$ weeks => 1, parameter_values => '[1]' $$, 'parameter values that are no object'),
  ($$ weeks => 1, parameter_values => null $$, 'parameter values that are null')
) as t(arguments, what);

select * from finish();
rollback;
