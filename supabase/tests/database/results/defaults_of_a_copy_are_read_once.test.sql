-- A COPY reads the defaults of load and line once, not for each row.
begin;
\ir ../../_shared/workflow.psql
select plan(3);

create temporary sequence amc_history_lines;
create function pg_temp.open(load_id text) returns void language sql as $$
  select set_config('amc_history.lines', 'pg_temp.amc_history_lines', true),
    set_config('amc_history.load_id', load_id, true) $$;
do $$
begin
  perform amc_history.create_result_table(f, array['campaign']) from amc_workflows f;
  execute format('alter table amc_results.%I rename to weekly', (select result_table from amc_workflows));
  perform pg_temp.open('10000000-0000-4000-8000-000000000001');
end;
$$;
-- The plan of an INSERT has the same defaults as a COPY, and can be looked at.
create function pg_temp.planned() returns text language plpgsql as $$
declare
  line text;
  plan text := '';
begin
  for line in explain (verbose, costs off) insert into amc_results.weekly (campaign) values ('a') loop
    plan := plan || line;
  end loop;
  return plan;
end;
$$;

select matches(pg_temp.planned(),
  '''10000000-0000-4000-8000-000000000001''::uuid, nextval\(''(pg_temp_\d+\.)?amc_history_lines''::regclass\)',
  'the load and the sequence are constants of the statement, not looked up for each row');
do $$ begin perform pg_temp.open('10000000-0000-4000-8000-000000000002'); end $$;
select matches(pg_temp.planned(),
  '''10000000-0000-4000-8000-000000000002''::uuid',
  'the next load is planned with its own id');
do $$ begin perform pg_temp.open(''); end $$;
select throws_ok($$ insert into amc_results.weekly (campaign) values ('a') $$, '22P02', null,
  'a row outside a load is refused');

select * from finish();
rollback;
