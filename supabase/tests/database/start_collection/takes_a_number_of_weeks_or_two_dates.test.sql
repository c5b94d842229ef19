-- Weeks are asked for by their number, 1 to 60, or by two dates.
begin;
\ir ../../_shared/workflow.psql
select plan(5);

-- AMC keeps more than sixty weeks of what the query reads.
update amc_workflows set retention_months = 24;
set local role service_role;
create function pg_temp.range(made jsonb) returns text language sql as
  $$ select concat_ws(' ', r.first_day, r.last_day, c.week_starts_on, jsonb_array_length(made -> 'weeks'))
     from report_data_collections c join collection_requests r on r.collection_id = c.id
     where c.id = (made ->> 'collection_id')::uuid order by r.id desc limit 1 $$;

select is(pg_temp.range(start_collection(pg_temp.user_id('owner'), 'amcpgtap1', pg_temp.workflow(),
  weeks => 1)), '2025-02-10 2025-02-16 monday 1', 'one week');
select is(pg_temp.range(start_collection(pg_temp.user_id('owner'), 'amcpgtap1', pg_temp.workflow(),
  weeks => 60)), '2023-12-25 2025-02-16 monday 60', 'sixty weeks');
select is(pg_temp.range(start_collection(pg_temp.user_id('owner'), 'amcpgtap1', pg_temp.workflow(),
  start_date => '2025-01-01', end_date => '2025-01-14')), '2025-01-01 2025-01-14 wednesday 2',
  'two dates, which say the weekday');
select is(pg_temp.range(start_collection(pg_temp.user_id('owner'), 'amcpgtap1', pg_temp.workflow(),
  start_date => '2025-02-24', end_date => '2025-03-02')), '2025-02-24 2025-03-02 monday 1',
  'a week that ended yesterday');
select is(pg_temp.range(start_collection(pg_temp.user_id('owner'), 'amcpgtap1', pg_temp.workflow(),
  start_date => '2024-01-08', end_date => '2025-03-02')), '2024-01-08 2025-03-02 monday 60', 'sixty weeks by dates');

select * from finish();
rollback;
