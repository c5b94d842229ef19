-- An intent whose lease has passed without a report becomes unknown, and is looked for in AMC's list.
begin;
\ir ../../_shared/three_weeks.psql
select plan(7);

set local role service_role;
select pg_temp.claim_week(1);

select is((select count(*) from claim_listing()), 0::bigint,
  'while the create may be on its way there is nothing to list');
set local amc_history.clock = '2025-03-03T12:00:59Z';
select is((select count(*) from claim_listing()), 0::bigint, 'until the lease is over');
set local amc_history.clock = '2025-03-03T12:01:00Z';
select is((select attempts -> 0 ->> 'state' from claim_listing()), 'unknown', 'then the attempt is unknown');
select results_eq('select state, leased_until, slot from week_attempts where id = pg_temp.attempt(1)',
  $$ values ('unknown', null::timestamptz, 1) $$, 'it still holds its slot');
select is((select status from report_data_weeks where id = pg_temp.week(1)), 'running', 'its week is as it was');
select is(record_execution(pg_temp.attempt(1), 'exec-1'),
  row('recorded', null, 'running', 'exec-1')::tracking_report, 'its worker may still report the id');

-- Week 2's create may be on its way while week 1's execution is listed.
do $$ begin perform claim_due_weeks(1, lease_seconds => 61); end $$;
set local amc_history.clock = '2025-03-03T12:02:00Z';
select is((select attempts @? '$[*] ? (@.state == "unknown")' from claim_listing()), false,
  'a listing that is claimed for another reason leaves it');

select * from finish();
rollback;
