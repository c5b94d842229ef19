begin;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select plan(6);

-- Forty-five instances with a collection each.
do $fixture$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:00:00Z', true);
  insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000001', 'owner@pgtap.test');
  for n in 1 .. 45 loop
    perform amc_history.connect_instance('amcpgtap' || n, 'ENTITYPGTAP', 'ATVPDKIKX0DER', 'NA',
      '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@pgtap.test');
    insert into report_data_collections (instance_id, workflow_id, start_date, end_date, surveyed_at)
    values ('amcpgtap' || n, save_workflow('amcpgtap' || n, 'Weekly', 'select 1'), '2025-01-06', '2025-01-12',
      amc_history.clock_now());
  end loop;
  insert into report_data_weeks (collection_id, week_start_date, week_end_date)
  select id, start_date, end_date from report_data_collections where instance_id like 'amcpgtap%';
end;
$fixture$;
create function pg_temp.dispatch_with(instances integer) returns integer language plpgsql as $$
begin
  update report_data_weeks set due_at = case when substr(instance_id, 9)::integer <= instances
  then amc_history.clock_now() end
  where instance_id like 'amcpgtap%';
  return amc_history.dispatch_collect();
end;
$$;
-- Vault has the project's address and the key of the schedule.
do $$
begin
  delete from vault.secrets where name in ('amc_history_project_url', 'amc_history_cron_key');
  perform vault.create_secret('http://project.test', 'amc_history_project_url');
  perform vault.create_secret('sb_secret_for_a_test', 'amc_history_cron_key');
  delete from net.http_request_queue;
end;
$$;
create function pg_temp.requests() returns bigint language sql as $$ select count(*) from net.http_request_queue $$;

select is(pg_temp.dispatch_with(instances), nudges, format('%s instances with due weeks are %s', instances, nudges))
from (values (1, 1), (10, 1), (11, 2), (21, 3), (45, 3)) as t(instances, nudges);
select is(pg_temp.requests(), 10::bigint, 'as many requests are sent');

select * from finish();
rollback;
