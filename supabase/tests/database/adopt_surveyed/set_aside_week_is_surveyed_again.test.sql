-- A week that could not be surveyed is left out of the surveys until its next try; the others begin without it.
begin;
\ir ../../_shared/three_weeks.psql
select plan(7);

set local role service_role;
update report_data_weeks set surveyed_at = null;

-- The weeks that the next listing is to survey, by number.
create function pg_temp.surveyed() returns bigint[] language sql as $$
  select array_agg(n order by n) from (select row_number() over (order by week_start_date) n, id
    from report_data_weeks) w
  where id::text in (select s ->> 'week_id' from amc_history.weeks_to_survey('amcpgtap1') as a,
    jsonb_array_elements(a) s) $$;

select is(pg_temp.surveyed(), array[1, 2, 3]::bigint[], 'all are surveyed before the first create');
select record_stoppage('week', pg_temp.week(2)::text, 'not_handled', 'amc_history', 'odd', 'amcpgtap1', null,
  pg_temp.week(2));
select is(pg_temp.surveyed(), array[1, 3]::bigint[], 'one that is set aside waits for its next try');
select mark_surveyed('amcpgtap1', (select list_fence from amc_instances), array[pg_temp.week(1), pg_temp.week(3)]);
select is(pg_temp.surveyed(), null, 'and nothing is to be looked for meanwhile');
select is((select array_agg(week_id) from claim_due_weeks(1)), array[pg_temp.week(1)], 'and the others begin');
select set_config('amc_history.clock', (amc_history.clock_now() + interval '2 minutes')::text, true);
select is(pg_temp.surveyed(), array[2]::bigint[], 'when it comes');
select mark_surveyed('amcpgtap1', (select list_fence from amc_instances), array[pg_temp.week(2)]);
select is((select count(*) from stoppages where ended_at is null), 0::bigint, 'a survey of it ends the stoppage');

-- What was held for a person while the list was read stays held.
select record_stoppage('week', pg_temp.week(3)::text, 'retention_over', 'amc_history', 'old', 'amcpgtap1', null,
  pg_temp.week(3), waits_for_person => true);
select mark_surveyed('amcpgtap1', (select list_fence from amc_instances), array[pg_temp.week(3)]);
select is((select count(*) from stoppages where ended_at is null), 1::bigint, 'what waits for a person still does');

select * from finish();
rollback;
