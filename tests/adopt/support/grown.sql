-- What only some of the older databases have: columns, a trigger that keeps two of them equal, ids of every kind.

alter table public.users add column auth_tokens jsonb;
alter table public.workflow_executions add column amc_execution_id text, add column workflow_id uuid,
  add column row_count integer, add column size_bytes bigint, add column error_message text;
alter table public.report_data_collections add column target_weeks integer,
  add column weeks_completed integer default 0,
  add column progress_percentage integer,
  add column configuration jsonb, add column error_message text;
alter table public.report_data_weeks add column workflow_execution_id uuid, add column amc_execution_id varchar(255),
  add column data_checksum varchar(64), add column record_count integer, add column row_count integer,
  add column execution_time_seconds integer, add column error_message text, add column started_at timestamptz,
  add column completed_at timestamptz, add column created_at timestamptz default now(), add column data jsonb,
  add column summary_stats jsonb;

create function public.keep_execution_ids_equal() returns trigger language plpgsql as $$
begin
  new.workflow_execution_id := coalesce(new.execution_id, new.workflow_execution_id);
  return new;
end $$;
create trigger keep_execution_ids_equal before insert or update on public.report_data_weeks
  for each row execute function public.keep_execution_ids_equal();

update public.workflow_executions
  set amc_execution_id = 'b71e04d2-0000-4000-8000-00000000aaaa' where execution_id = 'exec_1';
update public.workflow_executions set amc_execution_id = 'exec_2' where execution_id = 'exec_2';
update public.report_data_weeks set amc_execution_id = case week_start_date
    when '2025-01-07' then 'b71e04d2-0000-4000-8000-00000000aaaa'
    when '2025-01-14' then '00000000-0000-4000-8000-0000000000e1'
    when '2025-01-21' then 'null'
    when '2025-01-28' then '' end,
  workflow_execution_id = case when week_start_date = '2025-01-14'
    then '11111111-1111-4111-8111-111111111111'::uuid end,
  data = jsonb_build_object('rows', 3), row_count = 3;

alter table public.report_data_weeks enable row level security;
create policy weeks_of_everyone on public.report_data_weeks for select to authenticated using (true);
alter table public.report_data_weeks add column number bigserial;
grant usage on all sequences in schema public to service_role;
