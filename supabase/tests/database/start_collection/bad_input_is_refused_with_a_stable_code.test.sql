-- Each kind of bad input is refused with a code of its own, and makes no collection.
begin;
\ir ../../_shared/workflow.psql
select plan(28);

set local role service_role;

select is(pg_temp.refusal(format($call$ select start_collection(%s) $call$,
  replace(arguments, '<>', $$ 'a0000000-0000-4000-8000-000000000001', 'amcpgtap1', pg_temp.workflow() $$))),
  expected, what)
from (values
  ($$ 'a0000000-0000-4000-8000-000000000002', 'amcpgtap1', pg_temp.workflow() $$, 'PT404 instance_not_found',
  'an instance of somebody else'),
  ($$ null, 'amcpgtap1', pg_temp.workflow() $$, 'PT404 instance_not_found', 'nobody'),
  ($$ 'a0000000-0000-4000-8000-000000000001', 'amcnosuch', pg_temp.workflow() $$, 'PT404 instance_not_found',
  'an unknown instance'),
  ($$ 'a0000000-0000-4000-8000-000000000001', null, pg_temp.workflow() $$, 'PT404 instance_not_found', 'no instance'),
  ($$ 'a0000000-0000-4000-8000-000000000001', 'amcpgtap1', 'nosuch' $$, 'PT404 workflow_not_found',
  'an unknown workflow'),
  ($$ 'a0000000-0000-4000-8000-000000000001', 'amcpgtap1', null $$, 'PT404 workflow_not_found', 'no workflow'),
  ('<>, weeks => 0', '22023 weeks_out_of_range', '0 weeks'),
  ('<>, weeks => -1', '22023 weeks_out_of_range', '-1 weeks'),
  ('<>, weeks => 61', '22023 weeks_out_of_range', '61 weeks'),
  ($$ <>, start_date => '2024-01-01', end_date => '2025-03-02' $$, '22023 weeks_out_of_range', '61 weeks by dates'),
  ($$ <>, time_zone => 'Mars/Olympus' $$, '22023 unknown_time_zone', 'an unknown zone'),
  ($$ <>, time_zone => '' $$, '22023 unknown_time_zone', 'an empty zone'),
  ($$ <>, time_zone => null $$, '22023 unknown_time_zone', 'no zone'),
  ($$ <>, time_zone => '+02:00' $$, '22023 unknown_time_zone', 'an offset'),
  ($$ <>, time_zone => 'PDT' $$, '22023 unknown_time_zone', 'an abbreviation'),
  ($$ <>, time_zone => 'posix/America/New_York' $$, '22023 unknown_time_zone', 'a zone that other systems do not know'),
  ($$ <>, week_starts_on => 'mon' $$, '22023 unknown_weekday', 'an unknown weekday'),
  ($$ <>, start_date => '2025-01-06' $$, '22023 range_incomplete', 'a start without an end'),
  ($$ <>, end_date => '2025-01-12' $$, '22023 range_incomplete', 'an end without a start'),
  ($$ <>, weeks => 2, start_date => '2025-01-06', end_date => '2025-01-19' $$, '22023 range_ambiguous',
  'weeks and dates'),
  ($$ <>, start_date => '2025-01-06', end_date => '2025-01-18' $$, '22023 range_not_whole_weeks', '13 days'),
  ($$ <>, start_date => '2025-01-06', end_date => '2025-01-05' $$, '22023 range_not_whole_weeks', 'no day'),
  ($$ <>, start_date => '2025-01-20', end_date => '2025-01-05' $$, '22023 range_not_whole_weeks',
  'an end before the start'),
  ($$ <>, start_date => '2025-01-06', end_date => '2025-01-19', week_starts_on => 'sunday' $$,
  '22023 range_not_whole_weeks', 'another weekday'),
  ($$ <>, start_date => '2025-02-25', end_date => '2025-03-03' $$, '22023 range_in_future', 'an end today'),
  ($$ <>, start_date => '2030-01-07', end_date => '2030-01-13' $$, '22023 range_in_future', 'an end in the future'),
  ($$ <>, parameter_values => '{"brnad": "x"}' $$, '22023 unknown_parameter',
  'a parameter that the workflow does not declare')
) as t(arguments, expected, what);
select is((select count(*) from report_data_collections where instance_id = 'amcpgtap1'), 0::bigint,
  'none of it made a collection');

select * from finish();
rollback;
