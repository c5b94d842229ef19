-- Limits of what members ask for: how far back a workflow's data reach, and how much one person or one instance may
-- have open, start in a day, and save.

create function amc_history.kept_since(workflow public.amc_workflows, time_zone text) returns date
language plpgsql stable set search_path = ''
as $$
begin
  return (amc_history.clock_now() at time zone kept_since.time_zone)::date
    - make_interval(months => coalesce((workflow).retention_months, (amc_history.allowances()).retention_months));
end;
$$;
comment on function amc_history.kept_since(public.amc_workflows, text) is
  'The first day of which AMC still keeps the data that a workflow reads, in a zone.';

create function amc_history.check_retention(first_day date, workflow public.amc_workflows, time_zone text) returns void
language plpgsql set search_path = ''
as $$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  months constant integer := coalesce((workflow).retention_months, allowed.retention_months);
  today constant date := (amc_history.clock_now() at time zone check_retention.time_zone)::date;
  earliest constant date := amc_history.kept_since(workflow, check_retention.time_zone);
begin
  if check_retention.first_day < earliest then
    perform amc_history.refuse('range_not_kept', format(
      'AMC keeps %s months of data for this workflow: expected weeks from %s on, got %s.', months, earliest,
      check_retention.first_day),
      format('Ask for %s weeks at most, or for dates from %s on; if AMC keeps more of what this query reads, say so '
        'with set_retention.', greatest((today - allowed.settle_days - earliest) / 7 - 1, 0), earliest));
  end if;
end;
$$;
comment on function amc_history.check_retention(date, public.amc_workflows, text) is
  $$Refuses weeks to be made or reopened whose first day is older than what AMC keeps for the workflow (range_not_kept):
the oldest would come back empty, and look like weeks without events. What is there already stays retriable.$$;

create function amc_history.lock_starts(requested_by uuid) returns void
language sql set search_path = ''
as $$ select amc_history.take_lock('starts of ' || lock_starts.requested_by); $$;
comment on function amc_history.lock_starts(uuid) is
  $$Holds up other requests of the same person until this one has ended, so that two at once cannot both be within a
limit, and the second finds what the first recorded under its key. Taken before the instance is locked.$$;

create function amc_history.refuse_beyond(
  code text, used bigint, most integer, what text, hint text, more bigint default 0
) returns void
language plpgsql set search_path = ''
as $$
begin
  if refuse_beyond.used + refuse_beyond.more > refuse_beyond.most then
    perform amc_history.refuse(refuse_beyond.code,
      format('Expected at most %s %s; there are %s, and this would make %s.', refuse_beyond.most, refuse_beyond.what,
        refuse_beyond.used, refuse_beyond.used + refuse_beyond.more), refuse_beyond.hint, 'PT429');
  end if;
end;
$$;
comment on function amc_history.refuse_beyond(text, bigint, integer, text, text, bigint) is
  $$Refuses a request, with code and HTTP status 429, that would make more of something (what, in words) than most:
there are used, and it makes more.$$;

create function amc_history.check_start_limits(requested_by uuid, instance_id text, weeks integer) returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  since constant timestamptz := amc_history.clock_now() - interval '24 hours';
  wait constant text := 'Wait until weeks are finished, or cancel a collection.';
  tomorrow constant text := 'Ask for it tomorrow, or ask whoever runs this project for a higher limit.';
begin
  perform amc_history.refuse_beyond('member_day_is_full', (select count(*) from public.collection_requests r
      where r.requested_by = check_start_limits.requested_by and r.requested_at > since and r.has_effect),
    allowed.daily_collections_of_member, 'requests of yours for weeks in 24 hours', tomorrow, 1);
  perform amc_history.refuse_beyond('instance_day_is_full', (select count(*) from public.collection_requests r
      where r.instance_id = check_start_limits.instance_id and r.requested_at > since and r.has_effect),
    allowed.daily_collections_of_instance, 'requests for weeks of the instance in 24 hours', tomorrow, 1);
  perform amc_history.refuse_beyond('member_has_too_many_open_weeks', (select count(*)
      from public.report_data_weeks w
      where w.requested_by = check_start_limits.requested_by and w.finished_at is null),
    allowed.open_weeks_of_member, 'open weeks of yours', wait, check_start_limits.weeks);
  perform amc_history.refuse_beyond('instance_has_too_many_open_weeks', (select count(*)
      from public.report_data_weeks w
      where w.instance_id = check_start_limits.instance_id and w.finished_at is null),
    allowed.open_weeks_of_instance, 'open weeks of the instance', wait, check_start_limits.weeks);
end;
$$;
comment on function amc_history.check_start_limits(uuid, text, integer) is
  $$Refuses a request that makes or reopens so many weeks beyond the limits of who asks, or of the instance
(amc_history.allowances):
member_day_is_full, instance_day_is_full, member_has_too_many_open_weeks, instance_has_too_many_open_weeks. Counts under
two locks that the caller holds: amc_history.lock_starts, and the instance's row.$$;

create function amc_history.limit_workflows() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  remedy constant text := 'Use a version that is saved, or ask whoever runs this project for a higher limit.';
begin
  perform amc_history.take_lock('workflows of ' || new.saved_by);
  perform amc_history.take_lock('workflows of ' || new.instance_id);
  perform amc_history.refuse_beyond('member_has_too_many_workflows', (select count(*)
      from public.amc_workflows f where f.saved_by = new.saved_by),
    allowed.workflows_of_member, 'saved workflows of yours', remedy);
  perform amc_history.refuse_beyond('instance_has_too_many_workflows', (select count(*)
      from public.amc_workflows f where f.instance_id = new.instance_id),
    allowed.workflows_of_instance, 'saved workflows of the instance', remedy);
  return null;
end;
$$;
comment on function amc_history.limit_workflows() is
  $$Refuses a workflow version beyond the limits of who saves it or of its instance (member_has_too_many_workflows,
instance_has_too_many_workflows), counted under a lock of each. After the insert, so that a version that is saved
already is answered as ever. Definer: counts what row level security hides.$$;
create trigger limit_workflows after insert on public.amc_workflows
  for each row execute function amc_history.limit_workflows();

create function amc_history.set_retention(instance_id text, workflow_id text, months integer)
returns public.control_report
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  workflow public.amc_workflows;
begin
  select f.* into workflow from public.amc_workflows f
  where f.instance_id = set_retention.instance_id and f.id = set_retention.workflow_id
    and amc_history.role_on(f.instance_id) is not null
  for no key update;
  if not found then
    perform amc_history.refuse('workflow_not_found', format('No workflow %s on an instance that you may use.',
      coalesce(quote_literal(left(set_retention.workflow_id, 200)), 'null')),
      'Save it with save_workflow, which answers its id.', 'PT404');
  end if;
  perform amc_history.require_role(workflow.instance_id, 'analyst');
  if set_retention.months not between 1 and 120 then
    perform amc_history.refuse('retention_out_of_range',
      format('Expected 1 to 120 months, or null for the usual, got %s.', set_retention.months),
      'Say how many months back AMC keeps the data that the query reads.');
  elsif workflow.retention_months is not distinct from set_retention.months then
    return row('already_applied', null, 0)::public.control_report;
  end if;
  update public.amc_workflows f set retention_months = set_retention.months
  where f.instance_id = workflow.instance_id and f.id = workflow.id;
  perform amc_history.record_action('retention_set', workflow.instance_id,
    detail => jsonb_build_object('workflow_id', workflow.id, 'months', set_retention.months));
  return row('applied', null, 0)::public.control_report;
end;
$$;
comment on function amc_history.set_retention(text, text, integer) is
  'See public.set_retention. Definer: users may not update workflows.';

create function public.set_retention(instance_id text, workflow_id text, months integer) returns public.control_report
language sql set search_path = ''
as $$
  select amc_history.set_retention(set_retention.instance_id, set_retention.workflow_id, set_retention.months);
$$;
comment on function public.set_retention(text, text, integer) is
  $$Says how many months back AMC keeps the data that a workflow reads: 1 to 120, or null for the usual 13
(docs, M; the allowance retention_months). New collections may not reach further back. Answers {outcome, reason, weeks}:
applied, already_applied. Refuses with workflow_not_found, retention_out_of_range, role_too_low. For analysts and
admins of the instance.$$;
