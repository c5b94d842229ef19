-- What everything stands on: schemas, extensions, the clock, how a request is refused, who asks.
--
-- The files that follow are cut by domain. A table stands whole in one file, with its constraints, indexes, triggers and
-- comments; only report_data_weeks gets its execution in a second one, execution_tracking. Row level security is
-- switched on where a table is made; who may do what stands on one page, in the last file, access.
-- Words, and marks such as (SPEC, H) beside a fact about AMC, are explained in docs/GLOSSARY.md.

create extension if not exists pg_cron with schema pg_catalog;
create extension if not exists pg_net with schema extensions;
create extension if not exists supabase_vault with schema vault;

create schema amc_history;
comment on schema amc_history is
  'Helpers that the API must not reach: functions with their owner''s rights, triggers, the clock.';

create schema amc_results;
comment on schema amc_results is 'One table of rows per workflow version. Read through the views public.results_…';

-- Stable, though the clock goes on within a statement: so that "due by now" can be the bound of an index range.
-- PL/pgSQL, as are all functions that every report calls: it keeps plans for the session, while a function in SQL
-- that is not inlined is planned anew in each query (PostgreSQL before 18).
create function amc_history.clock_now() returns timestamptz
language plpgsql stable set search_path = ''
as $$
begin
  return coalesce(nullif(current_setting('amc_history.clock', true), '')::timestamptz, clock_timestamp());
end;
$$;
comment on function amc_history.clock_now() is
  $$The time by which every wait, lease and timestamp is measured. A test owns it by setting amc_history.clock in its
session; otherwise it is the database's clock.$$;

create function amc_history.refuse(code text, message text, hint text, sqlstate_code text default '22023')
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception '%', refuse.message using errcode = refuse.sqlstate_code, detail = refuse.code, hint = refuse.hint;
end;
$$;
comment on function amc_history.refuse(text, text, text, text) is
  $$Refuses a request: message says what was expected and what came, hint what to do, detail is a stable code for
programs. A SQLSTATE PTxyz becomes HTTP status xyz.$$;

create function amc_history.actor() returns text
language sql stable set search_path = ''
as $$
  select coalesce(auth.uid()::text, auth.role(), session_user::text);
$$;
comment on function amc_history.actor() is 'Who makes a request, for an event: a user''s id, else the role.';

create type public.tracking_report as (outcome text, reason text, status text, execution_id text);
comment on type public.tracking_report is
  'What a report did: outcome and reason are stable codes; status and execution_id are the week''s as they now are.';

create type public.control_report as (outcome text, reason text, weeks integer);
comment on type public.control_report is
  $$What a request of a person did: outcome (applied, already_applied, rejected), why it was rejected, and how many
weeks it changed.$$;
