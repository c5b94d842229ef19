-- Creates that a 401 turns away say nothing of their weeks: however long it lasts, no week is held for a person.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

select pg_temp.prove_matcher();
create function pg_temp.try(verdict text, times integer) returns void language plpgsql as $$
begin
  for n in 1 .. times loop
    perform set_config('amc_history.clock', (amc_history.clock_now() + interval '1 hour')::text, true);
    update report_data_weeks set due_at = '2025-01-01' where id = pg_temp.week(1) and due_at < 'infinity';
    perform pg_temp.claim_week(1);
    perform report_create(pg_temp.attempt(1), verdict, 401, 'Not allowed');
    perform set_config('amc_history.clock', (amc_history.clock_now() + interval '1 hour')::text, true);
    perform settle_attempt(pg_temp.attempt(1), amc_history.clock_now());
    update amc_instances set paused_until = null;
  end loop;
end;
$$;
select pg_temp.try('unauthorized', 12);
select is((select failed_creates from report_data_weeks where id = pg_temp.week(1)), 0, 'none of twelve counts');
select is((pg_temp.weeks())[1], 'running due', 'the week is tried again');
select is((select array_agg(kind || ' ' || code) from stoppages where ended_at is null),
  array['instance unauthorized'], 'what is held up is the instance');
select pg_temp.try('unknown', 1);
select is((select failed_creates from report_data_weeks where id = pg_temp.week(1)), 1,
  'one without an answer counts as before');

select * from finish();
rollback;
