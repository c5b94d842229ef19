-- accept_header lets the loads of a workflow go on; its views then show the columns of both results.
begin;
\ir ../../_shared/results.psql
select plan(15);

create function pg_temp.columns(variadic names text[]) returns jsonb language sql as $$
  select jsonb_agg(jsonb_build_object('name', n, 'dataType', case when n = 'campaign' then 'STRING' else 'LONG' end,
    'columnType', case when n = 'campaign' then 'DIMENSION' else 'METRIC' end)) from unnest(names) n $$;
do $$
begin
  perform pg_temp.load(1, 'exec-1', array['campaign', 'clicks'], '[["x", "1"]]', pg_temp.columns('campaign', 'clicks'));
  perform pg_temp.show(1, 'exec-1');
  perform pg_temp.run_week(2, 'exec-2', 'SUCCEEDED');
  update workflow_executions set output_columns = pg_temp.columns('sales', 'campaign') where id = 'exec-2';
  -- Something depends on the view.
  execute format('create view public.own as select clicks from public.%I', (select results_view from amc_workflows));
end;
$$;
create function pg_temp.begin() returns text language sql as $$
  select coalesce(b.copy_statement, 'waits') from week_attempts a,
    amc_history.begin_load(a.id, a.fence, array['Sales', 'campaign']) b where a.id = pg_temp.attempt(2) $$;
create function pg_temp.accept(workflow text) returns text language sql as $$
  select concat_ws(' ', outcome, reason, weeks) from accept_header('amcpgtap1', workflow) $$;
create temporary table workflow on commit drop as select id, results_view from amc_workflows;
grant select on workflow to authenticated;

select is(pg_temp.begin(), 'waits', 'a header with one more and one less waits');

select pg_temp.sign_in('other');
select is(pg_temp.refusal($$ select pg_temp.accept((select id from workflow)) $$), 'PT404 workflow_not_found',
  'nobody else may accept it');
select pg_temp.sign_in('owner');
select is(pg_temp.refusal($$ select pg_temp.accept('none') $$), 'PT404 workflow_not_found',
  'nor one that is not there');
select is(pg_temp.accept((select id from workflow)), 'applied 1', 'a member may');
select is(pg_temp.accept((select id from workflow)), 'already_applied 0', 'once');
reset role;

select is((select array_agg(resolved_at is not null) from tracking_alerts), array[true], 'nobody is asked any more');
select is((select actor || ' ' || (detail ->> 'difference') from tracking_events where event = 'header_accepted'),
  pg_temp.user_id('owner') || ' added "Sales"; removed clicks', 'it is known who did');
select is((select array_agg(execution_id) from claim_loads(9)), array['exec-2'], 'the load goes on');
select matches(pg_temp.begin(), '\("Sales", campaign\)', 'and is copied by name');
do $$
declare
  load result_loads;
begin
  select * into load from result_loads where execution_id = 'exec-2';
  execute format('insert into amc_results.%I values (%L, 1, $1, null, $2)', load.table_name, load.id) using 'y', '7';
  update result_loads set complete = true, completed_at = amc_history.clock_now(), summary = '{}', checksum = 'c',
    records = 1, file = 1 where id = load.id;
  perform pg_temp.show(2, 'exec-2');
end;
$$;
create function pg_temp.shown() returns text language plpgsql as $$
declare
  rows text;
begin
  execute format('select string_agg(concat_ws('' '', campaign, coalesce(clicks::text, ''null''),
    coalesce("Sales"::text, ''null'')), '', '' order by week_start_date) from public.%I',
    (select results_view from workflow)) into rows;
  return rows;
end;
$$;
select is(pg_temp.shown(), 'x 1 null, y null 7', 'the view shows both, null where a result has none');
select is((select types from amc_history.result_tables), array['text', 'numeric', 'numeric'], 'with types');
select is((select array_agg(table_name::text) from information_schema.views where table_name = 'own'), array['own'],
  'what depends on the view is there');
select is(execution_rows('exec-2') #- '{0,execution_id}', '[{"line": 1, "campaign": "y", "clicks": null, "Sales": 7}]',
  'execution_rows shows both');
select is(amc_history.load_summary((select id from result_loads where execution_id = 'exec-2')) -> 'columns', '[
  {"name": "campaign", "type": "STRING", "kind": "DIMENSION", "read_as": "text"},
  {"name": "clicks", "read_as": "numeric"},
  {"name": "Sales", "type": "LONG", "kind": "METRIC", "read_as": "numeric"}]', 'and the summary');
do $$ begin perform pg_temp.run_week(3, 'exec-3', 'SUCCEEDED'); end $$;
select matches((select b.copy_statement from amc_history.begin_load(pg_temp.attempt(3), 1, array['clicks', 'campaign'])
  b), '\(clicks, campaign\)', 'the header of a result that is in stays accepted');

select * from finish();
rollback;
