-- A stoppage of a week ends once nothing of it is held up: an attempt that was given up meanwhile waits for nobody.
begin;
\ir ../../_shared/three_weeks.psql
select plan(7);

create function pg_temp.held() returns text language plpgsql as $$
begin
  perform amc_history.watch();
  return (select string_agg(w.week_start_date::text, ' ' order by w.week_start_date) from stoppages s
    join report_data_weeks w on w.id = s.week_id where s.kind = 'week' and s.ended_at is null);
end;
$$;
create function pg_temp.hold(n integer, for_person boolean default false) returns timestamptz language sql as $$
  select record_stoppage('week', pg_temp.week(n)::text, 'unavailable', 'amc', 'Oops', 'amcpgtap1', pg_temp.collection(),
    pg_temp.week(n), waits_for_person => for_person) $$;
create function pg_temp.pass(span interval) returns void language sql as
  $$ select set_config('amc_history.clock', (amc_history.clock_now() + span)::text, true) $$;

-- Week 1 is given up, and its attempt still watched; week 2 has an unknown attempt; week 3 is held for a person.
select pg_temp.abandon_create(1);
do $$ begin
  update report_data_weeks set due_at = 'infinity' where id = pg_temp.week(1);
  perform pg_temp.lose_create(2);
  update report_data_weeks set due_at = amc_history.clock_now() where id = pg_temp.week(1);
  update report_data_weeks set due_at = 'infinity' where id = pg_temp.week(3);
  perform pg_temp.hold(1), pg_temp.hold(2), pg_temp.hold(3, true);
end $$;
select is(pg_temp.held(), '2025-01-06 2025-01-13 2025-01-20', 'what has just been met is told while it lasts');
select pg_temp.pass('30 minutes');
do $$ begin perform pg_temp.hold(1); end $$;
select pg_temp.pass('50 minutes');
select is(pg_temp.held(), '2025-01-06 2025-01-13 2025-01-20', 'also if it is met again');
select pg_temp.pass('11 minutes');
select is(pg_temp.held(), '2025-01-13 2025-01-20', 'not if it is met no more');
select is((select count(*) from tracking_alerts where code = 'held_up' and resolved_at is null), 2::bigint,
  'nor is its alert open');
do $$ begin perform settle_attempt(pg_temp.attempt(2), amc_history.clock_now()); end $$;
select is(pg_temp.held(), '2025-01-20', 'that of an attempt ends with it');
update report_data_weeks set surveyed_at = null where id = pg_temp.week(2);
do $$ begin perform pg_temp.hold(2); end $$;
select pg_temp.pass('1 day');
select is(pg_temp.held(), '2025-01-13 2025-01-20', 'a week that waits for a survey is held');
do $$ begin perform amc_history.cancel_collection(pg_temp.collection()); end $$;
select is(pg_temp.held(), null, 'and nothing of a cancelled collection is');

select * from finish();
rollback;
