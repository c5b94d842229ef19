-- What the adoption keeps of itself. Every part is made only if it is not there: a run that was ended goes on.

create schema if not exists legacy_adoption;
comment on schema legacy_adoption is
  'What amc-history keeps while it takes over from the older service (docs/ADOPTING.md).';

create table if not exists legacy_adoption.steps (
  id bigint generated always as identity primary key,
  step text not null,
  done_at timestamptz not null default pg_catalog.clock_timestamp(),
  detail jsonb not null default '{}'
);
comment on table legacy_adoption.steps is 'What was done, one row for each step that changed something.';

create table if not exists legacy_adoption.doors (
  relation oid primary key,
  name text not null unique,
  moves boolean not null,
  counted_since timestamptz
);
comment on table legacy_adoption.doors is
  $$The tables and views that the second door shows. moves: whether it makes room; counted_since: since when the
statements that reach it past the door are counted.$$;

create table if not exists legacy_adoption.public_writes (
  at timestamptz not null default pg_catalog.clock_timestamp(),
  relation text not null,
  statement text not null,
  role text,
  application text,
  agent text,
  is_nested boolean not null
);
comment on table legacy_adoption.public_writes is
  $$One row for each statement that changed an older table past the second door. Rows are only added, so no writer waits
for another. Rows of finished days become one of public_writes_by_day when a step runs.$$;
create index if not exists public_writes_at_idx on legacy_adoption.public_writes (at);

create table if not exists legacy_adoption.public_writes_by_day (
  day date not null,
  relation text not null,
  statement text not null,
  role text not null,
  program text not null,
  statements bigint not null,
  last_at timestamptz not null,
  primary key (day, relation, statement, role, program)
);
comment on table legacy_adoption.public_writes_by_day is 'public_writes of finished days (UTC), counted.';

create or replace function legacy_adoption.count_public_write() returns trigger
-- Definer: who writes to the older tables has no right to the adoption's own.
language plpgsql security definer set search_path = '' as $$
declare
  headers jsonb;
begin
  -- In here, and not above, an error of it is caught.
  headers := nullif(pg_catalog.current_setting('request.headers', true), '')::jsonb;
  insert into legacy_adoption.public_writes (relation, statement, role, application, agent, is_nested)
    values (tg_table_name, tg_op,
      coalesce(nullif(pg_catalog.current_setting('role', true), 'none'), session_user),
      pg_catalog.current_setting('application_name', true),
      pg_catalog.left(coalesce(headers ->> 'x-client-info', headers ->> 'user-agent'), 200),
      pg_catalog.pg_trigger_depth() > 1);
  return null;
exception
  -- A count is worth less than what is written.
  when others then
    return null;
end;
$$;
comment on function legacy_adoption.count_public_write() is
  $$Counts a statement that changes an older table past the second door. It never fails whoever writes.$$;
revoke all on function legacy_adoption.count_public_write() from public;

create or replace function legacy_adoption.wait_at_most(patience integer, since timestamptz) returns void
language plpgsql set search_path = '' as $$
declare
  spent constant integer := extract(epoch from pg_catalog.clock_timestamp() - wait_at_most.since) * 1000;
begin
  perform pg_catalog.set_config('lock_timeout', greatest(1, wait_at_most.patience - spent) || 'ms', true);
end;
$$;
comment on function legacy_adoption.wait_at_most(integer, timestamptz) is
  'Sets lock_timeout to what is left of patience, in milliseconds, since a moment.';

create or replace function legacy_adoption.run_locked(relations oid[], statements text[], mode text, patience integer)
  returns void
language plpgsql set search_path = '' as $$
declare
  began constant timestamptz := pg_catalog.clock_timestamp();
  relation oid;
  statement text;
begin
  foreach relation in array run_locked.relations loop
    perform legacy_adoption.wait_at_most(run_locked.patience, began);
    execute pg_catalog.format('lock table only %s in %s mode', relation::regclass, run_locked.mode);
  end loop;
  foreach statement in array run_locked.statements loop
    perform legacy_adoption.wait_at_most(run_locked.patience, began);
    execute statement;
  end loop;
end;
$$;
comment on function legacy_adoption.run_locked(oid[], text[], text, integer) is
  $$Takes locks of relations in their order, then runs statements. It waits for locks for patience milliseconds in all:
less than deadlock_timeout, so that nobody who meets it is ended as the victim of a deadlock. One statement for the
server: a command that ends in the middle leaves no lock behind. Errors: 55P03 where it did not get its locks.$$;

create or replace function legacy_adoption.refuse_if_written(minutes integer) returns void
language plpgsql set search_path = '' as $$
declare
  last_at timestamptz := (select max(w.at) from legacy_adoption.public_writes w);
begin
  if last_at > pg_catalog.clock_timestamp() - pg_catalog.make_interval(mins => refuse_if_written.minutes) then
    raise exception 'Somebody wrote to the older tables past the door at %, and nobody may have in the last % minutes.',
      last_at, refuse_if_written.minutes using errcode = 'LA001';
  end if;
end;
$$;
comment on function legacy_adoption.refuse_if_written(integer) is
  'Errors: LA001 if a statement changed an older table past the second door in the last minutes.';

create or replace function legacy_adoption.without_a_door(relations oid[]) returns text
language sql set search_path = '' as $$
  select pg_catalog.string_agg(r::regclass::text, ', ')
    from pg_catalog.unnest(without_a_door.relations) r
    join pg_catalog.pg_class c on c.oid = r
   where not exists (select from legacy_adoption.doors d
        where d.relation = r and d.moves and d.counted_since is not null)
      or not exists (select from pg_catalog.pg_trigger t
        where t.tgrelid = r and t.tgname = 'count_public_write' and t.tgenabled <> 'D')
      or not exists (select from pg_catalog.pg_class v
        join pg_catalog.pg_rewrite w on w.ev_class = v.oid
        join pg_catalog.pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
          and d.refclassid = 'pg_class'::regclass and d.refobjid = r
        where v.relname = c.relname and v.relnamespace = pg_catalog.to_regnamespace('legacy_api'));
$$;
comment on function legacy_adoption.without_a_door(oid[]) is
  'Those of some tables that have no view in the door of their own name, or whose writers are not counted; or null.';

create or replace function legacy_adoption.refuse_without_a_door(relations oid[]) returns void
language plpgsql set search_path = '' as $$
declare
  closed constant text := legacy_adoption.without_a_door(refuse_without_a_door.relations);
begin
  if closed is not null then
    raise exception 'The second door does not show %.', closed using errcode = 'LA003';
  end if;
end;
$$;
comment on function legacy_adoption.refuse_without_a_door(oid[]) is
  'Errors: LA003 if the door does not show one of the tables, or its writers are not counted.';
