-- A longer lag of AMC's list makes an unknown attempt wait longer.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

set local role service_role;
do $$ begin update amc_instances set list_lag_seconds = 3600 where id = 'amcpgtap1'; end $$;
select pg_temp.prove_matcher();
select pg_temp.lose_create(1);
set local amc_history.clock = '2025-03-03T15:00:00Z';

select is(settle_attempt(pg_temp.attempt(1), '2025-03-03T13:08:39Z'),
  row('waiting', 'listing_may_lag', 'running', null)::tracking_report, '520 s and an hour have not passed');
select is(settle_attempt(pg_temp.attempt(1), '2025-03-03T13:08:40Z'),
  row('abandoned', null, 'running', null)::tracking_report, 'now they have');

select * from finish();
rollback;
