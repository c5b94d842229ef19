-- An execution's status never goes back to an earlier one.
begin;
\ir ../../_shared/three_weeks.psql
select plan(7);

create function pg_temp.after(status text, updated_at text) returns text language sql as
  $$ select pg_temp.list(format('[{"id": "exec-1", "status": "%s", "updated_at": "%s"}]', status, updated_at));
     select e.status from workflow_executions e where id = 'exec-1' $$;
set local role service_role;
select pg_temp.run_week(1, 'exec-1');

select is(pg_temp.after('PENDING', '2025-03-03T12:01:00Z'), 'PENDING', 'the first status is taken');
select is(pg_temp.after('RUNNING', '2025-03-03T12:05:00Z'), 'RUNNING', 'a later one takes its place');
select is(pg_temp.after('PENDING', '2025-03-03T12:01:00Z'), 'RUNNING', 'an earlier lastUpdatedTime does not');
select is(pg_temp.after('ODD', '2025-03-03T12:06:00Z'), 'ODD', 'an unknown status is a status');
select is(pg_temp.after('FAILED', '2025-03-03T12:02:00Z'), 'FAILED', 'a terminal one wins, even with an earlier time');
select is(pg_temp.after('RUNNING', '2025-03-03T12:30:00Z'), 'FAILED', 'and stays');
select is(pg_temp.after('SUCCEEDED', '2025-03-03T12:30:00Z'), 'FAILED', 'against another terminal one too');

select * from finish();
rollback;
