-- started_at and finished_at follow the status.
begin;
\ir ../../_shared/three_weeks.psql
select plan(8);

create function pg_temp.seen() returns text language sql as
  $$ select concat_ws(' ', status, to_char(started_at at time zone 'UTC', 'HH24:MI'), '-',
       to_char(finished_at at time zone 'UTC', 'HH24:MI'), 'updated', to_char(updated_at at time zone 'UTC', 'HH24:MI'))
     from report_data_weeks where id = pg_temp.week(1) $$;
create function pg_temp.at_hour(hour text, new_status text) returns void language sql as
  $$ select set_config('amc_history.clock', '2025-03-03T' || hour || ':00Z', true);
     update report_data_weeks set status = new_status, due_at = null where id = pg_temp.week(1) $$;

select is(pg_temp.seen(), 'pending - updated 12:00', 'a pending week has neither');
do $$ begin perform pg_temp.at_hour('13:00', 'running'); end $$;
select is(pg_temp.seen(), 'running 13:00 - updated 13:00', 'running sets started_at');
do $$ begin perform pg_temp.at_hour('14:00', 'running'); end $$;
select is(pg_temp.seen(), 'running 13:00 - updated 14:00', 'running again keeps started_at');
do $$ begin perform pg_temp.at_hour('15:00', 'failed'); end $$;
select is(pg_temp.seen(), 'failed 13:00 - 15:00 updated 15:00', 'a terminal status sets finished_at');
do $$ begin perform pg_temp.at_hour('16:00', 'failed'); end $$;
select is(pg_temp.seen(), 'failed 13:00 - 15:00 updated 16:00', 'the same again keeps finished_at');
do $$ begin perform pg_temp.at_hour('17:00', 'running'); end $$;
select is(pg_temp.seen(), 'running 13:00 - updated 17:00', 'a week that is taken up again has none');
-- Checks deferred to the end of the transaction would keep the table from being altered.
set constraints all immediate;
alter table report_data_weeks disable trigger set_week_timestamps;
select throws_ok($$ update report_data_weeks set finished_at = now() where id = pg_temp.week(1) $$, '23514',
  'new row for relation "report_data_weeks" violates check constraint "finished_at_matches_status"',
  'without the trigger the constraint refuses finished_at on an open week');
select throws_ok($$ update report_data_weeks set status = 'completed', due_at = null where id = pg_temp.week(2) $$,
  '23514',
  null, 'and a terminal status without it');

select * from finish();
rollback;
