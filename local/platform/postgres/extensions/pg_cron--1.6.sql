-- THIS IS A STAND-IN for the extension pg_cron, for the embedded platform only.
--
-- What it does: the schema cron with the tables and functions that pg_cron 1.6 offers to SQL, including which
-- schedules are accepted and who may see and change which job.
-- What it does not do: it runs nothing by itself. The local scheduler (local/platform/scheduler.ts) reads cron.job,
-- runs what is due and writes cron.job_run_details. There is no background worker, no cron.* setting, and jobs run
-- only in the database in which they were scheduled.

create schema cron;

create sequence cron.jobid_seq;
create sequence cron.runid_seq;

create table cron.job (
  jobid bigint primary key default nextval('cron.jobid_seq'),
  schedule text not null,
  command text not null,
  nodename text not null default 'localhost',
  nodeport int not null default coalesce(inet_server_port(), 5432),
  database text not null default current_database(),
  username text not null default current_user,
  active boolean not null default true,
  jobname text,
  constraint jobname_username_uniq unique (jobname, username)
);

create table cron.job_run_details (
  jobid bigint,
  runid bigint primary key default nextval('cron.runid_seq'),
  job_pid int,
  database text,
  username text,
  command text,
  status text,
  return_message text,
  start_time timestamptz,
  end_time timestamptz
);

alter table cron.job enable row level security;
create policy cron_job_policy on cron.job using (username = current_user);
alter table cron.job_run_details enable row level security;
create policy cron_job_run_details_policy on cron.job_run_details using (username = current_user);

-- One field of a cron line, such as `*/5`, `1-5,10` or `MON`: is each of its parts within the field's range?
create function cron.stand_in_valid_field(field text, low int, high int, names text[] default '{}')
returns boolean
language plpgsql immutable
set search_path = pg_catalog
as $$
declare
  part text;
  found text[];
  bounds int[] := '{}';
  bound text;
  place int;
begin
  foreach part in array string_to_array(lower(field), ',') loop
    found := regexp_match(part, '^(\*|[0-9]+|[a-z]{3})(?:-([0-9]+|[a-z]{3}))?(?:/([0-9]+))?$');
    if found is null or (found[1] = '*' and found[2] is not null) or found[3]::int = 0 then
      return false;
    end if;
    bounds := '{}';
    foreach bound in array array_remove(found[1:2], null) loop
      continue when bound = '*';
      place := array_position(names, bound);
      if place is not null then
        bounds := bounds || (low + place - 1);
      elsif bound ~ '^[0-9]{1,4}$' and bound::int between low and high then
        bounds := bounds || bound::int;
      else
        return false;
      end if;
    end loop;
    if cardinality(bounds) = 2 and bounds[1] > bounds[2] then
      return false;
    end if;
  end loop;
  return true;
end;
$$;

-- Does pg_cron take this schedule? Five fields, `@hourly` and its like, `@reboot`, or `N seconds` with N in 1..59.
-- What follows the fifth field is ignored: in a crontab it would be the command.
create function cron.stand_in_valid_schedule(schedule text)
returns boolean
language plpgsql immutable
set search_path = pg_catalog
as $$
declare
  seconds text[] := regexp_match(schedule, '^\s*([0-9]{1,9})\s+seconds?\s*$', 'i');
  fields text[] := regexp_split_to_array(btrim(schedule), '\s+');
begin
  if seconds is not null then
    return seconds[1]::int between 1 and 59;
  end if;
  if fields[1] in ('@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly', '@reboot',
    '@restart') then
    return true;
  end if;
  return cardinality(fields) >= 5
    and cron.stand_in_valid_field(fields[1], 0, 59)
    and cron.stand_in_valid_field(fields[2], 0, 23)
    and (fields[3] = '$' or cron.stand_in_valid_field(fields[3], 1, 31))
    and cron.stand_in_valid_field(
      fields[4], 1, 12,
      array['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'])
    and cron.stand_in_valid_field(fields[5], 0, 7, array['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']);
end;
$$;

create function cron.stand_in_check_schedule(schedule text)
returns void
language plpgsql immutable
set search_path = pg_catalog
as $$
begin
  if not cron.stand_in_valid_schedule(schedule) then
    raise exception 'invalid schedule: %', schedule
      using errcode = '22023',
        hint = 'Use cron format (e.g. 5 4 * * *), or interval format ''[1-59] seconds''';
  end if;
end;
$$;

-- The tables are closed to writers, as on the platform; the definer functions below write for the named caller.
create function cron.stand_in_put(caller text, job_name text, schedule text, command text)
returns bigint
language plpgsql security definer
set search_path = pg_catalog
as $$
#variable_conflict use_column
declare
  job_id bigint;
begin
  if stand_in_put.schedule is null then
    raise exception 'schedule can not be NULL';
  elsif stand_in_put.command is null then
    raise exception 'command can not be NULL';
  end if;
  perform cron.stand_in_check_schedule(stand_in_put.schedule);
  insert into cron.job (schedule, command, username, jobname)
  values (stand_in_put.schedule, stand_in_put.command, stand_in_put.caller, stand_in_put.job_name)
  on conflict on constraint jobname_username_uniq
    do update set schedule = excluded.schedule, command = excluded.command
  returning jobid into job_id;
  return job_id;
end;
$$;

create function cron.schedule(schedule text, command text)
returns bigint language sql
set search_path = pg_catalog
as $$ select cron.stand_in_put(current_user, null, schedule, command) $$;
comment on function cron.schedule(text, text) is 'schedule a pg_cron job';

create function cron.schedule(job_name text, schedule text, command text)
returns bigint language plpgsql
set search_path = pg_catalog
as $$
begin
  if job_name is null then
    raise exception 'job_name can not be NULL';
  end if;
  return cron.stand_in_put(current_user, job_name, schedule, command);
end;
$$;
comment on function cron.schedule(text, text, text) is 'schedule a pg_cron job by name';

create function cron.stand_in_remove(caller text, job_id bigint, job_name text)
returns boolean
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  delete from cron.job
  where username = stand_in_remove.caller
    and (jobid = stand_in_remove.job_id or jobname = stand_in_remove.job_name);
  if not found then
    raise exception 'could not find valid entry for job %',
      coalesce(stand_in_remove.job_id::text, quote_literal(stand_in_remove.job_name));
  end if;
  return true;
end;
$$;

create function cron.unschedule(job_id bigint)
returns boolean language sql
set search_path = pg_catalog
as $$ select cron.stand_in_remove(current_user, job_id, null) $$;
comment on function cron.unschedule(bigint) is 'unschedule a pg_cron job';

create function cron.unschedule(job_name text)
returns boolean language sql
set search_path = pg_catalog
as $$ select cron.stand_in_remove(current_user, null, job_name) $$;
comment on function cron.unschedule(text) is 'unschedule a pg_cron job by name';

create function cron.stand_in_alter(caller text, job_id bigint, schedule text, command text, active boolean)
returns void
language plpgsql security definer
set search_path = pg_catalog
as $$
#variable_conflict use_column
begin
  if stand_in_alter.job_id is null then
    raise exception 'job_id can not be NULL';
  end if;
  if stand_in_alter.schedule is not null then
    perform cron.stand_in_check_schedule(stand_in_alter.schedule);
  end if;
  update cron.job j
  set schedule = coalesce(stand_in_alter.schedule, j.schedule),
    command = coalesce(stand_in_alter.command, j.command),
    active = coalesce(stand_in_alter.active, j.active)
  where j.jobid = stand_in_alter.job_id and j.username = stand_in_alter.caller;
  if not found then
    raise exception 'Job % does not exist or you don''t own it', stand_in_alter.job_id;
  end if;
end;
$$;

create function cron.alter_job(
  job_id bigint,
  schedule text default null,
  command text default null,
  database text default null,
  username text default null,
  active boolean default null)
returns void
language plpgsql
set search_path = pg_catalog
as $$
begin
  if database is not null or username is not null then
    raise exception 'the stand-in for pg_cron cannot change the database or the user of a job'
      using errcode = '0A000';
  end if;
  perform cron.stand_in_alter(current_user, job_id, schedule, command, active);
end;
$$;
comment on function cron.alter_job(bigint, text, text, text, text, boolean) is 'Alter the job identified by job_id';

-- As the platform leaves it once the extension is created.
revoke all on all functions in schema cron from public;
grant usage on schema cron to postgres with grant option;
grant execute on all functions in schema cron to postgres with grant option;
grant select on cron.job to postgres with grant option;
grant select, delete on cron.job_run_details to postgres with grant option;
