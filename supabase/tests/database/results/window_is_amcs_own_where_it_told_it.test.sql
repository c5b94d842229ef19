-- A results view shows AMC's own instants of a window where AMC told them, else the database's; a difference is told.
begin;
\ir ../../_shared/results.psql
select plan(17);

create function pg_temp.window(execution text) returns text language plpgsql as $$
declare
  shown text;
begin
  execute format('select concat_ws('' to '', window_start at time zone ''UTC'', window_end at time zone ''UTC'')
    from public.%I where execution_id = $1', (select results_view from amc_workflows)) into shown using execution;
  return shown;
end;
$$;
-- AMC's list shows the execution with these instants.
create function pg_temp.tell(execution text, starts text, ends text) returns void language sql as $$
  select record_observation(execution, jsonb_build_object('id', execution, 'status', 'RUNNING',
    'window_start_at', starts, 'window_end_at', ends)) $$;
create function pg_temp.told(execution text) returns bigint language sql as
  $$ select count(*) from tracking_events where event = 'window_differs' and execution_id = execution $$;

select pg_temp.collect(1, 'silent');
select is(pg_temp.window('silent'), '2025-01-06 00:00:00 to 2025-01-13 00:00:00',
  'the database''s, where AMC told none');

-- The create's answer tells them, an hour off.
select pg_temp.claim_week(2);
set local role service_role;
select is((record_execution(pg_temp.attempt(2), 'other', '{"window_start_at": "2025-01-13T01:00:00Z",
  "window_end_at": "2025-01-20T01:00:00Z"}')).outcome, 'recorded', 'an execution with another window is recorded');
select is(pg_temp.told('other'), 1::bigint, 'that AMC''s window differs is told');
select is((select detail ->> 'message' from tracking_events where event = 'window_differs'),
  'AMC ran the week of 2025-01-13 (UTC) from 2025-01-13 01:00:00 to 2025-01-20 01:00:00, in UTC; here it goes from '
  || '2025-01-13 00:00:00 to 2025-01-20 00:00:00. Its results are shown with AMC''s instants.', 'in words');
select is((select (collection_id, week_id) from tracking_events where event = 'window_differs'),
  row(pg_temp.collection(), pg_temp.week(2)), 'to the owner of the week');
select pg_temp.tell('other', '2025-01-13T01:00:00Z', '2025-01-20T01:00:00Z');
select pg_temp.tell('other', '2025-01-13T02:00:00+00:00', '2025-01-20T01:00:00Z');
select is(pg_temp.told('other'), 1::bigint, 'once, whatever AMC says later');
select pg_temp.tell('other', null, null);
reset role;
select is((select window_start_at::text || window_end_at from workflow_executions where id = 'other'),
  '2025-01-13 02:00:00+00' || '2025-01-20 01:00:00+00', 'what AMC says last stays, also when it says no more');

-- What an execution shows need not come with its create, and one end may be told alone.
select pg_temp.claim_week(3);
select record_execution(pg_temp.attempt(3), 'half', '{}');
select pg_temp.tell('half', '2025-01-20T00:00:00.000Z', null);
select is(pg_temp.told('half'), 0::bigint, 'the same instant in another form is none');
select is((select count(*) from workflow_executions where id = 'half' and window_start_at = '2025-01-20T00:00Z'
  and window_end_at is null), 1::bigint, 'and is kept');

-- The view takes each end from whoever has it.
update workflow_executions set window_start_at = '2025-01-06T01:00:00Z' where id = 'silent';
select is(pg_temp.window('silent'), '2025-01-06 01:00:00 to 2025-01-13 00:00:00', 'the one end that AMC told');
update workflow_executions set window_end_at = '2025-01-13T01:00:00Z' where id = 'silent';
select is(pg_temp.window('silent'), '2025-01-06 01:00:00 to 2025-01-13 01:00:00', 'both');

-- What cannot be a window is left out, and stops nothing.
select is((select row(o.window_start_at, o.window_end_at, o.status) from amc_history.read_observation(
  jsonb_build_object('id', 'x', 'status', 'RUNNING', 'window_start_at', starts, 'window_end_at', ends)) o),
  row(kept_start::timestamptz, kept_end::timestamptz, 'RUNNING'::text), starts || ' to ' || ends)
from (values
  ('yesterday or so', '2025-01-20T00:00Z', null, '2025-01-20T00:00Z'),
  ('infinity', '2025-01-20T00:00Z', null, '2025-01-20T00:00Z'),
  ('0001-01-01T00:00Z', '9999-12-31T00:00Z', null, null),
  ('2025-01-20T00:00Z', '2025-01-13T00:00Z', null, null),
  ('2025-01-20T00:00Z', '2025-01-20T00:00Z', null, null),
  ('1999-12-31T10:00Z', '2100-01-01T12:00Z', '1999-12-31T10:00Z', '2100-01-01T12:00Z')
) t(starts, ends, kept_start, kept_end);

select * from finish();
rollback;
