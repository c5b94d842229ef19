-- Records of a kind that cannot be deleted hold up only themselves.
begin;
\ir ../../_shared/three_weeks.psql
select plan(8);

delete from tracking_events;
insert into tracking_events (event, happened_at)
select 'e' || i, '2020-03-03T12:00:00Z' from generate_series(1, 2) i;
insert into stoppages (kind, subject, code, source, words, ended_at) values
  ('job', 's', 'c', 'postgres', 'w', '2020-03-03T12:00:00Z');
create function pg_temp.fail() returns trigger language plpgsql as $$
begin
  raise exception 'told to' using errcode = tg_argv[0];
end;
$$;
create function pg_temp.held_up() returns text[] language sql as $$
  select array_agg(concat_ws(' ', subject, code, words, times)) from stoppages where ended_at is null $$;
create trigger fail before delete on tracking_events
  for each row when (old.event = 'e1') execute function pg_temp.fail('22012');

select is(amc_history.purge_history(), 1::bigint, 'the other kind is deleted');
select is(pg_temp.held_up(), array['amc-history-purge/events 22012 told to 1'], 'events are set aside');
select is(amc_history.purge_history(), 0::bigint, 'the next run leaves them alone');
drop trigger fail on tracking_events;
create trigger fail before delete on tracking_events
  for each row when (old.event = 'e1') execute function pg_temp.fail('57014');
insert into stoppages (kind, subject, code, source, words, ended_at) values
  ('job', 's', 'c', 'postgres', 'w', '2020-03-03T12:00:00Z');
set local amc_history.clock = '2025-03-03T13:00:00Z';
select is(amc_history.purge_history(), 0::bigint, 'a kind that takes too long ends the run');
select is(amc_history.purge_history(), 1::bigint, 'and the next run goes on with the others');
drop trigger fail on tracking_events;
set local amc_history.clock = '2025-03-03T15:00:00Z';
select is(amc_history.purge_history(), 2::bigint, 'until it succeeds');
select is(pg_temp.held_up(), null, 'which ends it');
select is((select count(*) from tracking_events where event like 'e_'), 0::bigint, 'no old event is left');

select * from finish();
rollback;
