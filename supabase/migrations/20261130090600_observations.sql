-- Observations: what AMC says of an execution, in the forms in which it is taken.

create function amc_history.is_execution_id(id text) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
  return is_execution_id.id ~ '^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$';
end;
$$;
comment on function amc_history.is_execution_id(text) is
  $$Whether a text has the form of an AMC workflowExecutionId: 1 to 128 letters, digits and . _ : - with a letter or
digit first. Null for null. AMC's are lowercase UUIDs in every captured answer (H); that is not relied upon.$$;

create function amc_history.canonical_status(status text) returns text
language plpgsql immutable set search_path = ''
as $$
declare
  plain constant text := upper(btrim(left(canonical_status.status, 200)));
begin
  return case plain when 'CANCELED' then 'CANCELLED' else plain end;
end;
$$;
comment on function amc_history.canonical_status(text) is
  $$AMC's status in the form in which SPEC writes it: capitals, CANCELLED with two l (H). Cut to 200 characters.$$;

create function amc_history.is_terminal_status(status text) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
  return amc_history.canonical_status(is_terminal_status.status) in ('SUCCEEDED', 'FAILED', 'REJECTED', 'CANCELLED');
end;
$$;
comment on function amc_history.is_terminal_status(text) is
  $$Whether AMC's status says that an execution has ended (SPEC, H), in whatever case: false for a status that is not
known here, null for null. Queries of workflow_executions read has_ended.$$;

create function amc_history.is_dry_run_timeout(timeout_seconds numeric) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
  return is_dry_run_timeout.timeout_seconds >= 900 and is_dry_run_timeout.timeout_seconds < 21600;
end;
$$;
comment on function amc_history.is_dry_run_timeout(numeric) is
  $$Whether a workflowExecutionTimeoutSeconds is of the range of our dry runs: 900 (SPEC, H) to 21,599. AMC takes no
less. The executions of weeks have 21,600 and up, so that surveys, slots and duplicates can tell them apart, whether
or not AMC lists dry runs, which is not known. Null for null.$$;

create type amc_history.execution_observation as (
  id text,
  status text,
  status_reason text,
  workflow_id text,
  time_window_start text,
  time_window_end text,
  time_zone text,
  window_start_at timestamptz,
  window_end_at timestamptz,
  parameter_values jsonb,
  timeout_seconds numeric,
  created_at timestamptz,
  updated_at timestamptz,
  expires_at timestamptz,
  execution_seconds numeric,
  output_columns jsonb,
  request_id text,
  matcher_proved boolean,
  window_proved boolean
);
comment on type amc_history.execution_observation is
  $$An execution observation: what the worker read of an execution in one answer of AMC. It comes from the worker as
JSON with these keys. A key that is missing or null says nothing: AMC left it out, and what is stored stays.

id: workflowExecutionId. time_window_start, _end: timeWindowStartOriginal, -EndOriginal, local without a zone;
time_zone: theirs. window_start_at, window_end_at: timeWindowStart and timeWindowEnd, the same window as instants, by
AMC's own zone data (captured, H). timeout_seconds: workflowExecutionTimeoutSeconds, the fingerprint of the attempt that
asked; any number, since AMC's list shows what others asked for too.
updated_at: lastUpdatedTime, which orders the reports of an execution. request_id: of AMC's answer, for its support.
matcher_proved: of a create's answer only, whether its echo would have been found in AMC's list; window_proved: whether
it would at least by workflow, window and zone. Null: not looked at.$$;

create function amc_history.read_observation(observation jsonb) returns amc_history.execution_observation
language plpgsql stable set search_path = ''
as $$
declare
  seen amc_history.execution_observation;
begin
  if jsonb_typeof(read_observation.observation) is distinct from 'object' then
    return null;
  end if;
  begin
    seen := jsonb_populate_record(seen, read_observation.observation);
  exception when data_exception then
    select (jsonb_populate_record(seen, coalesce(jsonb_object_agg(f.key, f.value), '{}'))).* into seen
    from jsonb_each(read_observation.observation) f
    join pg_catalog.pg_attribute a on a.attname = f.key
      and a.attrelid = 'amc_history.execution_observation'::regclass
    where pg_input_is_valid(f.value #>> '{}', format_type(a.atttypid, a.atttypmod));
  end;
  if seen.timeout_seconds not between 0 and 2147483647 or seen.timeout_seconds <> trunc(seen.timeout_seconds) then
    seen.timeout_seconds := null;
  end if;
  -- A day around the dates that a collection may have: local midnights, in any zone.
  if seen.window_start_at not between '1999-12-31 00:00+00' and '2100-01-02 00:00+00' then
    seen.window_start_at := null;
  end if;
  if seen.window_end_at not between '1999-12-31 00:00+00' and '2100-01-02 00:00+00' then
    seen.window_end_at := null;
  end if;
  if seen.window_start_at >= seen.window_end_at then
    seen.window_start_at := null;
    seen.window_end_at := null;
  end if;
  return seen;
end;
$$;
comment on function amc_history.read_observation(jsonb) is
  $$An execution observation from its JSON. What does not fit its key is left out, as if AMC had not said it, and so is
a timeout that is no whole number of seconds within an integer, an instant that no window of a collection can have, and
a window that ends before it begins: whatever AMC writes, a row can take the rest. Null for what is no object.$$;
