begin;
\ir ../../_shared/three_weeks.psql
select plan(9);

-- The list is not proved to tell. AMC's answer to the first week's create was lost, an hour ago.
select pg_temp.lose_create(1);
set local amc_history.clock = '2025-03-03T13:00:00Z';
create function pg_temp.attempt() returns uuid language sql as
  $$ select id from week_attempts where week_id = pg_temp.week(1) order by number limit 1 $$;
create function pg_temp.list_status(status text) returns void language plpgsql as $$
begin
  perform record_listing('amcpgtap1', i.list_fence, amc_history.clock_now(),
    jsonb_build_array(jsonb_build_object('id', 'exec-1', 'status', status)), true)
  from amc_instances i where i.id = 'amcpgtap1';
end;
$$;
do $$ begin perform settle_attempt(pg_temp.attempt(), amc_history.clock_now()); end $$;
set local role service_role;

select is(pg_temp.open_alerts(), array['unknown_outcome'], 'a person is asked what became of a create');
do $$ begin perform record_execution(pg_temp.attempt(), 'exec-1', '{"status": "RUNNING"}', true); end $$;
select is(pg_temp.open_alerts(), null, 'until a listing tells');

do $$
begin
  perform set_config('amc_history.clock', '2025-03-03T20:00:00Z', true);
  perform pg_temp.list_status('DREAMING');
end;
$$;
select is(pg_temp.open_alerts(), array['unknown_status'], 'a status that nobody knows is told');
do $$ begin perform pg_temp.list_status('RUNNING'); end $$;
select is(pg_temp.open_alerts(), null, 'until there is one that is known');
do $$
begin
  perform set_config('amc_history.clock', '2025-03-06T20:00:00Z', true);
  perform pg_temp.list_status('RUNNING');
end;
$$;
select is(pg_temp.open_alerts(), array['execution_overdue'], 'an execution that takes too long is told');
do $$ begin perform pg_temp.list_status('SUCCEEDED'); end $$;
select is(pg_temp.open_alerts(), null, 'until it ends');

do $$ begin perform amc_history.raise_alert('unauthorized', 'AMC refused the token', 'amcpgtap1'); end $$;
do $$ begin perform record_listing('amcpgtap1', list_fence, amc_history.clock_now(), '[]', false) from amc_instances; end $$;
select is(pg_temp.open_alerts(), array['unauthorized'], 'a token that AMC refused is told');
do $$ begin perform pg_temp.list_status('SUCCEEDED'); end $$;
select is(pg_temp.open_alerts(), null, 'until AMC answers a listing');
do $$
begin
  perform amc_history.raise_alert('duplicate_execution', 'It ran twice', 'amcpgtap1', pg_temp.week(1));
  perform pg_temp.list_status('SUCCEEDED');
end;
$$;
select is(pg_temp.open_alerts(), array['duplicate_execution'], 'what has happened is for a person to put aside');

select * from finish();
rollback;
