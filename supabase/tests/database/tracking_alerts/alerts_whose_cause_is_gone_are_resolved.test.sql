-- An alert is resolved as soon as its cause is gone.
begin;
\ir ../../_shared/lost_create.psql
select plan(9);

create function pg_temp.list_status(status text) returns void language plpgsql as $$
begin
  perform record_listing('amcpgtap1', i.list_fence,
    jsonb_build_array(jsonb_build_object('id', 'exec-1', 'status', status)), true)
  from amc_instances i where i.id = 'amcpgtap1';
end;
$$;
do $$ begin perform settle_attempt(pg_temp.lost_attempt(), amc_history.clock_now()); end $$;
set local role service_role;

select is(pg_temp.open_alerts(), array['unknown_outcome'], 'an alert asks what became of a create');
do $$ begin perform record_execution(pg_temp.lost_attempt(), 'exec-1', '{"status": "RUNNING"}', true); end $$;
select is(pg_temp.open_alerts(), null, 'until a listing shows it');

do $$
begin
  perform set_config('amc_history.clock', '2025-03-03T20:00:00Z', true);
  perform pg_temp.list_status('DREAMING');
end;
$$;
select is(pg_temp.open_alerts(), array['unknown_status'], 'an unknown status raises an alert');
do $$ begin perform pg_temp.list_status('RUNNING'); end $$;
select is(pg_temp.open_alerts(), null, 'until a known one follows');
do $$
begin
  perform set_config('amc_history.clock', '2025-03-06T20:00:00Z', true);
  perform pg_temp.list_status('RUNNING');
end;
$$;
select is(pg_temp.open_alerts(), array['execution_overdue'], 'an execution that takes too long raises an alert');
do $$ begin perform pg_temp.list_status('SUCCEEDED'); end $$;
select is(pg_temp.open_alerts(), null, 'until it ends');

do $$
begin
  perform pause_instance('amcpgtap1', 'unauthorized', words => 'AMC refused the token');
  perform set_config('amc_history.clock', '2025-03-06T20:16:00Z', true);
  perform pause_instance('amcpgtap1', 'unauthorized', words => 'AMC refused the token');
end;
$$;
select pg_temp.list('[]', complete => false);
select is(pg_temp.open_alerts(), array['held_up'], 'AMC refusing the token for a quarter of an hour raises an alert');
do $$ begin perform pg_temp.list_status('SUCCEEDED'); end $$;
select is(pg_temp.open_alerts(), null, 'until AMC answers a listing');
do $$
begin
  perform amc_history.raise_alert('duplicate_execution', 'It ran twice', 'amcpgtap1', pg_temp.week(1));
  perform pg_temp.list_status('SUCCEEDED');
end;
$$;
select is(pg_temp.open_alerts(), array['duplicate_execution'],
  'an alert about the past stays until a person resolves it');

select * from finish();
rollback;
