-- A week that cannot be restated holds up no other week, a collection that cannot no other collection.
begin;
\ir ../../_shared/collection.psql
select plan(16);

select pg_temp.start_collection(weeks => 3, instance => 'amcpgtap' || n) from generate_series(1, 3) n;
update report_data_weeks set status = 'completed', due_at = null where instance_id like 'amcpgtap%';
update report_data_collections set restate_weeks = 3 where instance_id like 'amcpgtap%';
create function pg_temp.due() returns text[] language sql as $$
  select array_agg(substr(instance_id, 9) || ' ' || n order by instance_id) from (
    select instance_id, count(*) as n from report_data_weeks where due_at is not null and instance_id like 'amcpgtap%'
    group by 1) w $$;
create function pg_temp.held_up() returns text[] language sql as $$
  select array_agg(concat_ws(' ', case s.subject when 'amc-history-restate/' || s.week_id then 'week'
      when 'amc-history-restate/' || s.collection_id then 'collection' end,
    s.instance_id, s.code, s.words, s.times) order by s.id)
  from stoppages s where kind = 'job' and ended_at is null $$;
-- Lets nothing be due, as before a run.
create function pg_temp.rest() returns void language sql as $$
  update report_data_weeks set due_at = null where instance_id like 'amcpgtap%' $$;
create function pg_temp.fail() returns trigger language plpgsql as $$
begin
  raise exception 'told to' using errcode = '22012';
end;
$$;
create function pg_temp.fail_for_week(id uuid) returns void language plpgsql as $$
begin
  execute format('create trigger fail before update of due_at on report_data_weeks for each row
    when (old.id = %L and new.due_at is not null) execute function pg_temp.fail()', id);
end;
$$;
do $$ begin perform pg_temp.fail_for_week(pg_temp.week(2)); end $$;

select is(amc_history.open_restatements(), 8, 'all but one week');
select is(pg_temp.due(), array['1 2', '2 3', '3 3'], 'of all collections');
select is(pg_temp.held_up(), array['week amcpgtap1 22012 told to 1'], 'which is set aside, in the words of Postgres');
do $$ begin perform pg_temp.rest(); end $$;
select is(amc_history.open_restatements(), 8, 'the next run leaves it alone');
do $$ begin perform pg_temp.rest(); end $$;
set local amc_history.clock = '2025-03-03T13:00:00Z';
select is(amc_history.open_restatements(), 8, 'later it is tried again');
select is(pg_temp.held_up(), array['week amcpgtap1 22012 told to 2'], 'which is counted');
do $$ begin perform pg_temp.rest(); end $$;
drop trigger fail on report_data_weeks;
set local amc_history.clock = '2025-03-03T14:00:00Z';
select is(amc_history.open_restatements(), 9, 'until it succeeds');
select is(pg_temp.held_up(), null, 'which ends it');

-- A collection of which not even the weeks can be told.
do $$ begin perform pg_temp.rest(); end $$;
create or replace function amc_history.weeks_to_restate(collection_id uuid) returns setof report_data_weeks
language plpgsql set search_path = public as $$
begin
  if weeks_to_restate.collection_id = pg_temp.collection() then
    raise exception 'told to' using errcode = current_setting('test.code');
  end if;
  return query select * from report_data_weeks w
    where w.collection_id = weeks_to_restate.collection_id and w.due_at is null;
end;
$$;
set local test.code = '22023';
select is(amc_history.open_restatements(), 6, 'the weeks of the other collections');
select is(pg_temp.held_up(), array['collection amcpgtap1 22023 told to 1'], 'the collection is set aside');
do $$ begin perform pg_temp.rest(); end $$;
set local test.code = '57014';
set local amc_history.clock = '2025-03-03T15:00:00Z';
do $$ begin perform amc_history.open_restatements(); perform pg_temp.rest(); end $$;
select is(pg_temp.held_up(), array['collection amcpgtap1 57014 told to 2'], 'also if it takes too long');
select is(amc_history.open_restatements(), 6, 'the next run goes on with the others');
do $$ begin perform pg_temp.rest(); end $$;
update report_data_collections set restate_weeks = 0 where instance_id = 'amcpgtap1';
set local amc_history.clock = '2025-03-03T18:00:00Z';
select is(amc_history.open_restatements(), 6, 'once nothing of it is to be restated');
select is(pg_temp.held_up(), null, 'it is not held up');
do $$ begin perform pg_temp.rest(); end $$;
select is(amc_history.open_restatements(4), 4, 'a run makes so many weeks due');
select is(amc_history.open_restatements(4), 2, 'and the next the rest');

select * from finish();
rollback;
