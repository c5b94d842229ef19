-- Shortens the allowances of one test database, so that a collection under chaos ends within minutes.
--
-- The operator of a test platform runs this on a database of its own, after the migrations. It is no migration: a
-- hosted project keeps the allowances of supabase/migrations, which cover what the hosted platform and AMC may do.
-- Here nothing holds a create back longer than the simulator's longest slow answer (2 s), and AMC's list lags 3 s at
-- most. All are shortened together, in one order:
--
--   POST window                    20 s ->  5 s   a worker that comes later POSTs nothing
--   a create may be under way     520 s -> 10 s   the window, the slowest answer, and 3 s for a busy machine
--   AMC's list may lag            300 s ->  4 s   the simulator's longest lag and one more second
--   leases                     60–150 s ->  8 s   only how soon another worker looks: the fence, not the lease, is
--                                                 what keeps a worker that sleeps from doing harm
--
-- Nothing else is changed: each function stays as the migrations have it but for one number.

do $$
declare
  change record;
  whole text;
  shortened text;
begin
  for change in
    select * from (values
      ('public.claim_due_weeks(integer, integer)'::regprocedure, 'a.fingerprint, 20' || chr(10), 'a.fingerprint, 5' || chr(10)),
      ('amc_history.insert_intents(public.amc_instances, integer, integer)'::regprocedure, 'interval ''520 seconds''', 'interval ''10 seconds''')
    ) as c(function, original, short)
  loop
    whole := pg_get_functiondef(change.function);
    shortened := replace(whole, change.original, change.short);
    if shortened = whole then
      raise exception 'Expected "%" in the function %, and it is not there: bring this file in line with the migration.',
        btrim(change.original, chr(10)), change.function;
    end if;
    execute shortened;
  end loop;
end;
$$;

update public.amc_instances set list_lag_seconds = 4;

create function amc_history.shorten_attempt_lease() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
  new.leased_until := least(new.leased_until, amc_history.clock_now() + interval '8 seconds');
  return new;
end;
$$;
comment on function amc_history.shorten_attempt_lease() is 'On a test platform only: no lease of an attempt is longer than 8 s.';
create trigger shorten_attempt_lease before insert or update of leased_until on public.week_attempts
  for each row when (new.leased_until is not null) execute function amc_history.shorten_attempt_lease();

create function amc_history.shorten_listing_lease() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
  new.list_leased_until := least(new.list_leased_until, amc_history.clock_now() + interval '8 seconds');
  return new;
end;
$$;
comment on function amc_history.shorten_listing_lease() is 'On a test platform only: no lease of a listing is longer than 8 s.';
create trigger shorten_listing_lease before update of list_leased_until on public.amc_instances
  for each row when (new.list_leased_until is not null) execute function amc_history.shorten_listing_lease();
