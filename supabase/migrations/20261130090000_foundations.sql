-- What everything stands on: schemas, extensions, the clock, how a request is refused, who asks.
--
-- The files that follow are cut by domain. A table stands whole in one file, with its constraints, indexes, triggers
-- and comments; only report_data_weeks gets its execution in a second one, execution_tracking. Row level security is
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

-- Stable, although the clock moves within a statement, so that "due by now" can be the bound of an index range.
-- PL/pgSQL, as are all functions that every report calls: it keeps its plans for the session, while a SQL function that
-- is not inlined is planned anew in each query (PostgreSQL before 18).
create function amc_history.clock_now() returns timestamptz
language plpgsql stable set search_path = ''
as $$
declare
  set_to constant text := nullif(current_setting('amc_history.clock', true), '');
begin
  -- The session's own role, as in is_operator: whoever logged in for the API or a report moves no clock.
  if set_to is not null and pg_has_role(session_user, 'postgres', 'member') then
    return set_to::timestamptz;
  end if;
  return clock_timestamp();
end;
$$;
comment on function amc_history.clock_now() is
  $$The time by which every wait, lease and timestamp is measured: the database's clock. A test owns it by setting
amc_history.clock in a session whose login role is postgres or may become it; no other session's setting counts.$$;

create function amc_history.refuse(code text, message text, hint text, sqlstate_code text default '22023')
returns void
-- Volatile, as what raises must be: the planner may call an immutable function where no row asks for it.
language plpgsql volatile set search_path = ''
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
comment on function amc_history.actor() is
  $$Who makes a request: the signed-in user's id, else the role of the API key, else the role that logged in to the
database.$$;

create function amc_history.is_operator() returns boolean
language sql stable set search_path = ''
as $$
  -- The session's own role: within a function with its owner's rights the current one is always postgres. Any session
  -- may set the claims that auth.role() reads: they count where it may become service_role, as the API's role
  -- authenticator and postgres may. authenticator is no member of postgres.
  select coalesce(auth.role() = 'service_role' and pg_has_role(session_user, 'service_role', 'member'),
    pg_has_role(session_user, 'postgres', 'member'));
$$;
comment on function amc_history.is_operator() is
  $$Whether the caller may act for every user: service_role through the API, or, where nobody is signed in, a session
at a database prompt whose login role is postgres or may become it. The claims of any other login role count nothing.$$;

create table amc_history.locks (name text primary key);
comment on table amc_history.locks is
  $$What amc_history.take_lock locks. Rows, since every login of the database may take advisory locks, and so hold up
what takes one.$$;
alter table amc_history.locks enable row level security;

create function amc_history.take_lock(name text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if take_lock.name is null then
    return;
  end if;
  insert into amc_history.locks (name) values (take_lock.name) on conflict do nothing;
  perform from amc_history.locks l where l.name = take_lock.name for update;
end;
$$;
comment on function amc_history.take_lock(text) is
  $$Takes the lock of a name until the transaction's end: whoever takes it meanwhile waits, and then sees what was done
under it. Null takes none. Definer: a lock is no right to write.$$;

create type public.tracking_report as (outcome text, reason text, status text, execution_id text);
comment on type public.tracking_report is
  'What a report did: outcome and reason are stable codes; status and execution_id are the week''s as they now are.';

create type public.control_report as (outcome text, reason text, weeks integer);
comment on type public.control_report is
  $$What a request of a person did: outcome (applied, already_applied, rejected), why it was rejected, and how many
weeks it changed.$$;
