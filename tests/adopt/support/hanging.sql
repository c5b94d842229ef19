-- What hangs on the older tables, and names them: each blocks a move, or goes with it.

create extension if not exists pg_cron;
create extension if not exists pg_net with schema extensions;

-- Goes with them.
create view public.weeks_done as select count(*) as weeks from public.report_data_weeks where status = 'completed';
create function public.bound_to_it() returns bigint language sql
begin atomic select count(*) from public.report_data_weeks; end;
create publication of_one_table for table public.report_data_collections;

-- Blocks.
create function public.says_public() returns bigint language sql as $$
  select count(*) from public.report_data_weeks $$;
create function public.says_it_alone() returns trigger language plpgsql as $$
begin
  -- The progress of public.report_data_collections is counted here.
  update report_data_collections set updated_at = now() where id = new.collection_id;
  return null;
end $$;
create trigger progress after update on public.report_data_weeks
  for each row execute function public.says_it_alone();
create function public.returns_rows() returns setof public.report_data_weeks language sql as $$
  select * from "public" . "report_data_weeks" $$;
create function public.only_in_a_comment() returns int language plpgsql as $$
begin
  -- report_data_weeks is not read here.
  return 1; /* nor public.report_data_weeks here */
end $$;
create function public.is_pinned() returns bigint language sql set search_path = legacy_api, public as $$
  select count(*) from report_data_weeks $$;
create function public.other_names() returns bigint language sql as $$
  select count(*) from public.workflows $$;
select cron.schedule('nightly', '0 3 * * *', $$delete from report_data_weeks where status = 'skipped'$$);
select cron.schedule('elsewhere', '0 3 * * *', $$select 1$$);
create function public.update_week_status(week uuid, status text) returns void language sql as $$ select null::void $$;
create table public.week_attempts (id int);
