-- Two collections with the same due window claim it once.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

-- Another collection, a second later, of the same workflow and weeks: it came from another system.
set local amc_history.clock = '2025-03-03T12:00:01Z';
select pg_temp.start_collection(weeks => 3, key => 'legacy', imported => true);
set local role service_role;

select is((select count(*) from claim_due_weeks(10)), 3::bigint,
  'of two collections of three same weeks, three are taken');
select is((select count(distinct window_key) from week_attempts where instance_id = 'amcpgtap1' and state <> 'ended'),
  3::bigint,
  'each window once');

select * from finish();
rollback;
