-- A worker's tick says which steps ran and which failed; a step that runs again ends its stoppage.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

create function pg_temp.alerts() returns text[] language sql as
  $$ select array_agg(code order by id) from tracking_alerts where resolved_at is null $$;
set local role service_role;
do $$ begin perform record_tick('{list,submit}', '{"load": "The disk is full."}'); end $$;
select is((select array[kind, subject, words] from stoppages where ended_at is null),
  array['step', 'load', 'The disk is full.'], 'what failed is held up');
select is(pg_temp.alerts(), null, 'a step that failed once alerts nobody');
do $$
begin
  perform set_config('amc_history.clock', (amc_history.clock_now() + interval '6 minutes')::text, true);
  perform record_tick('{list,submit}', '{"load": "The disk is full."}');
end;
$$;
select is(pg_temp.alerts(), array['held_up'], 'one that goes on failing does');
do $$ begin perform record_tick('{list,submit,load}', '{}'); end $$;
select is(pg_temp.alerts(), null, 'until it runs again');

select * from finish();
rollback;
