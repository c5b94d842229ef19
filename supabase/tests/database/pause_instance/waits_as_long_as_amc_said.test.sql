-- An instance is paused for as long as AMC asked, at most a day.
begin;
\ir ../../_shared/three_weeks.psql
select plan(5);

set local role service_role;

select is(pause_instance('amcpgtap1', 'throttled', 60), '2025-03-03T12:01:00Z', 'a minute');
select is(pause_instance('amcpgtap1', 'throttled', 5), '2025-03-03T12:01:00Z',
  'a shorter wait does not shorten a pause');
select is(pause_instance('amcpgtap1', 'throttled', 1e9), '2025-03-04T12:00:00Z', 'at most a day');
select is((select throttles_in_row from amc_instances where id = 'amcpgtap1'), 1,
  'throttles during a pause count as one');
select is(pause_instance('amcnosuch', 'throttled', 5), null, 'an unknown instance is not paused');

select * from finish();
rollback;
