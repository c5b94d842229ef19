-- A refusal says what was expected, what came and what to do.
begin;
\ir ../../_shared/workflow.psql
select plan(5);

set local role service_role;

select throws_ok($$ select start_collection(pg_temp.user_id('owner'), 'amcpgtap1', pg_temp.workflow(),
  time_zone => 'Mars/Olympus') $$, '22023', 'Unknown time zone ''Mars/Olympus'': expected a tz database name.',
  'the zone is named');
select throws_ok($$ select start_collection(pg_temp.user_id('owner'), 'amcpgtap1', pg_temp.workflow(),
  weeks => 61) $$, '22023', 'Expected 1 to 60 weeks, got 61.', 'the number is named');
select throws_ok($$ select start_collection(pg_temp.user_id('owner'), 'amcpgtap1', pg_temp.workflow(),
  start_date => '2025-02-25', end_date => '2025-03-03') $$, '22023',
  'Expected the last day to lie before 2025-03-03, got 2025-03-03.', 'the day is named');
select throws_ok($$ select start_collection(pg_temp.user_id('owner'), 'amcpgtap1', pg_temp.workflow(),
  parameter_values => '{"brnad": 1, "year": 2}') $$, '22023',
  'The workflow does not declare the parameter ''year'', ''brnad''.', 'the parameters are named');
select throws_ok($$ select start_collection(pg_temp.user_id('owner'), 'amcnosuch', 'w') $$, 'PT404',
  'No instance ''amcnosuch'' that you may use.', 'the instance is named');

select * from finish();
rollback;
