-- The older service's tables with the columns that every one of them has, and rows of every kind. grown.sql adds what
-- only some have.

create table public.users (
  id uuid primary key default gen_random_uuid(),
  email text unique
);
create table public.amc_accounts (
  id uuid primary key default gen_random_uuid(),
  account_id text,
  marketplace_id text,
  region text,
  user_id uuid references public.users (id)
);
create table public.amc_instances (
  id uuid primary key default gen_random_uuid(),
  instance_id text unique,
  instance_name text,
  region text,
  account_id uuid references public.amc_accounts (id)
);
create table public.workflows (
  id uuid primary key default gen_random_uuid(),
  workflow_id text unique,
  name text,
  instance_id uuid references public.amc_instances (id),
  sql_query text,
  parameters jsonb
);
create table public.workflow_executions (
  id uuid primary key default gen_random_uuid(),
  execution_id text unique,
  status text
);
create table public.report_data_collections (
  id uuid primary key default gen_random_uuid(),
  collection_id text unique,
  workflow_id uuid references public.workflows (id),
  instance_id uuid references public.amc_instances (id),
  user_id uuid references public.users (id),
  collection_type text,
  status text default 'pending',
  start_date date,
  end_date date,
  updated_at timestamptz default now()
);
create table public.report_data_weeks (
  id uuid primary key default gen_random_uuid(),
  collection_id uuid references public.report_data_collections (id) on delete cascade,
  week_start_date date not null,
  week_end_date date not null,
  status varchar(50) default 'pending',
  execution_id uuid references public.workflow_executions (id) on delete set null,
  updated_at timestamptz default now(),
  unique (collection_id, week_start_date)
);
grant all on all tables in schema public to service_role;
grant select on public.report_data_weeks, public.report_data_collections to authenticated;

-- Tables that are not ours, and that stay: one refers to a table that moves.
create table public.dashboards (
  id bigint generated always as identity primary key,
  collection_id uuid references public.report_data_collections (id),
  title text
);
grant all on public.dashboards to service_role;

insert into public.users (id, email) values
  ('00000000-0000-4000-8000-0000000000a1', 'Ada@example.com'),
  ('00000000-0000-4000-8000-0000000000a2', 'ben@example.com'),
  ('00000000-0000-4000-8000-0000000000a3', 'cem@example.com'),
  ('00000000-0000-4000-8000-0000000000a4', null);
insert into auth.users (id, email, email_confirmed_at) values
  (gen_random_uuid(), 'ada@example.com', now()), (gen_random_uuid(), 'ben@example.com', null);
insert into public.amc_accounts (id, account_id, marketplace_id, region, user_id) values
  ('00000000-0000-4000-8000-0000000000b1', 'ENTITY1LEGACY', 'ATVPDKIKX0DER', 'NA',
   '00000000-0000-4000-8000-0000000000a1');
insert into public.amc_instances (id, instance_id, instance_name, region, account_id) values
  ('00000000-0000-4000-8000-0000000000c1', 'amclegacy1', 'First', 'NA', '00000000-0000-4000-8000-0000000000b1');
insert into public.workflows (id, workflow_id, name, instance_id, sql_query) values
  ('00000000-0000-4000-8000-0000000000d1', 'wf_reach', 'Reach', '00000000-0000-4000-8000-0000000000c1', 'select 1');
insert into public.workflow_executions (id, execution_id, status) values
  ('00000000-0000-4000-8000-0000000000e1', 'exec_1', 'completed'),
  ('00000000-0000-4000-8000-0000000000e2', 'exec_2', 'FAILED');
-- Four weeks from a Tuesday; and one that ends in the middle of a week, from a Friday.
insert into public.report_data_collections (id, collection_id, workflow_id, instance_id, user_id, status, start_date,
  end_date) values
  ('00000000-0000-4000-8000-0000000000f1', 'reach_tuesdays', '00000000-0000-4000-8000-0000000000d1',
   '00000000-0000-4000-8000-0000000000c1', '00000000-0000-4000-8000-0000000000a1', 'ACTIVE',
   '2025-01-07', '2025-02-03'),
  ('00000000-0000-4000-8000-0000000000f2', 'reach_fridays', '00000000-0000-4000-8000-0000000000d1',
   '00000000-0000-4000-8000-0000000000c1', '00000000-0000-4000-8000-0000000000a2', 'paused',
   '2025-01-10', '2025-01-26');
insert into public.report_data_weeks (id, collection_id, week_start_date, week_end_date, status, execution_id)
select ('00000000-0000-4000-8000-00000000010' || w)::uuid, '00000000-0000-4000-8000-0000000000f1',
       date '2025-01-07' + 7 * w, date '2025-01-13' + 7 * w,
       (array['completed', 'SUCCESS', 'running', 'pending'])[w + 1],
       case when w = 0 then '00000000-0000-4000-8000-0000000000e1'::uuid end
  from generate_series(0, 3) w;
insert into public.report_data_weeks (id, collection_id, week_start_date, week_end_date, status) values
  ('00000000-0000-4000-8000-000000000201', '00000000-0000-4000-8000-0000000000f2', '2025-01-10', '2025-01-16',
   'PENDING'),
  ('00000000-0000-4000-8000-000000000202', '00000000-0000-4000-8000-0000000000f2', '2025-01-17', '2025-01-23',
   'failed'),
  ('00000000-0000-4000-8000-000000000203', '00000000-0000-4000-8000-0000000000f2', '2025-01-24', '2025-01-26',
   'skipped');
