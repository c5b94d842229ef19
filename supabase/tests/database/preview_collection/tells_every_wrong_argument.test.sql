-- A preview tells every wrong argument at once, as data; start_collection refuses by the first.
begin;
\ir ../../_shared/workflow.psql
select plan(30);

insert into amc_instance_members (instance_id, user_id, role) values
  ('amcpgtap1', pg_temp.user_id('colleague'), 'viewer');
create function pg_temp.preview(arguments text, workflow text default pg_temp.workflow()) returns jsonb
language plpgsql as $$
declare
  answer jsonb;
begin
  execute format('select preview_collection(%L, %L%s)', 'amcpgtap1', workflow, arguments) into answer;
  return answer;
end;
$$;
create function pg_temp.told(answer jsonb) returns text language sql as $$
  select string_agg(concat_ws(' ', r ->> 'status', r ->> 'field', r ->> 'code'), ', ' order by n)
  from jsonb_array_elements(answer -> 'refusals') with ordinality r(r, n) $$;

do $$ begin perform pg_temp.sign_in('owner'); end $$;
select is(pg_temp.told(pg_temp.preview(arguments)), told, arguments)
from (values
  (', weeks => 61', '400 weeks weeks_out_of_range'),
  (', weeks => 2, end_date => ''2025-01-12''', '400 start_date range_incomplete'),
  (', start_date => ''2025-01-06''', '400 end_date range_incomplete'),
  (', weeks => 2, start_date => ''2025-01-06'', end_date => ''2025-01-12''', '400 weeks range_ambiguous'),
  (', start_date => ''2025-01-06'', end_date => ''2025-01-13''', '400 end_date range_not_whole_weeks'),
  (', start_date => ''2025-01-06'', end_date => ''2025-01-12'', week_starts_on => ''Sunday''',
    '400 start_date range_not_whole_weeks'),
  (', start_date => ''2025-01-05'', end_date => ''2025-01-12'', week_starts_on => ''sunday''',
    '400 end_date range_not_whole_weeks'),
  (', start_date => ''2026-01-05'', end_date => ''2026-01-11''', '400 end_date range_in_future'),
  (', start_date => ''2024-01-01'', end_date => ''2024-01-07''', '400 start_date range_not_kept'),
  (', weeks => 60', '400 weeks range_not_kept'),
  (', start_date => ''-infinity'', end_date => ''2025-01-12''', '400 start_date range_not_whole_weeks'),
  (', start_date => ''infinity'', end_date => ''2025-01-12''', '400 start_date range_not_whole_weeks'),
  (', start_date => ''2025-01-06'', end_date => ''infinity''', '400 end_date range_not_whole_weeks'),
  (', settle_days => 1', '400 settle_days settle_days_out_of_range'),
  (', parameter_values => ''{"brnad": "x"}''', '400 parameter_values unknown_parameter'),
  (', time_zone => ''Mars'', weeks => 61', '400 time_zone unknown_time_zone, 400 weeks weeks_out_of_range'),
  (', week_starts_on => ''noday'', weeks => 0',
    '400 week_starts_on unknown_weekday, 400 weeks weeks_out_of_range'),
  (', name => '''', time_zone => null, week_starts_on => ''x'', weeks => 99, parameter_values => ''[]'', '
    'settle_days => 61', '400 parameter_values parameters_not_an_object, 400 name name_out_of_range, '
    '400 time_zone unknown_time_zone, 400 week_starts_on unknown_weekday, 400 weeks weeks_out_of_range, '
    '400 settle_days settle_days_out_of_range')
) t(arguments, told);
select is(pg_temp.told(pg_temp.preview(', time_zone => ''Mars'', weeks => 0', 'none')),
  '404 workflow_id workflow_not_found, 400 time_zone unknown_time_zone, 400 weeks weeks_out_of_range',
  'a workflow that is not there, and what is wrong beside it');
select is(pg_temp.told(pg_temp.preview(', parameter_values => ''{"any": 1}''', null)),
  '404 workflow_id workflow_not_found, 400 parameter_values parameter_value_not_text',
  'what a value is, is told without the workflow, what its name is, is not');
-- What is not over in Kiritimati is not over anywhere.
set local amc_history.clock = '2025-03-03T11:00:00Z';
select is(pg_temp.told(pg_temp.preview(', time_zone => ''Mars'', start_date => ''2025-02-25'',
  end_date => ''2025-03-03''')), '400 time_zone unknown_time_zone',
  'without a zone, no day is told to lie ahead that may be over');
select is(pg_temp.told(pg_temp.preview(', time_zone => ''Mars'', start_date => ''2025-02-26'',
  end_date => ''2025-03-04''')), '400 time_zone unknown_time_zone, 400 end_date range_in_future',
  'but one that lies ahead in each');
select is(pg_temp.preview(', weeks => 61') -> 'refusals' -> 0, jsonb_build_object('field', 'weeks', 'code',
  'weeks_out_of_range', 'status', 400, 'message', 'Expected 1 to 60 weeks, got 61.', 'hint',
  'AMC keeps about 13 months. Ask for at most 60 weeks at once.'), 'each with what an error says');
select is(pg_temp.preview(', weeks => 61') -> 'plan', 'null', 'without a plan while an argument is wrong');
select is(pg_temp.preview(', weeks => 60') #>> '{plan,not_kept}', '6', 'and with one where only the weeks are too old');
reset role;
do $$ begin perform pg_temp.sign_in('colleague'); end $$;
select is(pg_temp.told(pg_temp.preview(', weeks => 2')), '403 role_too_low',
  'a viewer is told that they may not start');
select is(pg_temp.preview(', weeks => 2') #>> '{plan,executions}', '2', 'and what it would cost');
select is(pg_temp.told(pg_temp.preview(', weeks => 2, requested_by => ''a0000000-0000-4000-8000-000000000001''')),
  '403 role_too_low', 'nobody previews for another');
reset role;
do $$ begin perform pg_temp.sign_in('other'); end $$;
select is(pg_temp.refusal('select pg_temp.preview('''')'), 'PT404 instance_not_found',
  'who is no member is told no more than that');
reset role;
set local request.jwt.claims = '{"role": "service_role"}';
select is(pg_temp.told(preview_collection('amcpgtap1', 'none', requested_by => pg_temp.user_id('owner'))),
  '404 workflow_id workflow_not_found', 'whoever acts for all users says for whom');

select * from finish();
rollback;
