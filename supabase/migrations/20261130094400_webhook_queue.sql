-- The queue: what is told to webhooks is queued in the transaction in which it happens. What fails to be queued undoes
-- nothing.

create function amc_history.queue_delivery(hook_id uuid, kind text, cause text, item jsonb, period interval)
returns void
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  now_at constant timestamptz := amc_history.clock_now();
begin
  -- One that waits tells the new one too.
  update public.webhook_deliveries d set item = queue_delivery.item
    || jsonb_build_object('times', (d.item ->> 'times')::integer + 1)
  where d.webhook_id = queue_delivery.hook_id and d.cause = queue_delivery.cause and d.kind = queue_delivery.kind
    and d.state = 'queued' and d.lease is null;
  if not found then
    insert into public.webhook_deliveries (webhook_id, kind, cause, item, due_at)
    values (queue_delivery.hook_id, queue_delivery.kind, queue_delivery.cause, queue_delivery.item,
      greatest(now_at, (select max(coalesce(d.ended_at, now_at)) + queue_delivery.period
        from public.webhook_deliveries d where d.webhook_id = queue_delivery.hook_id and d.cause = queue_delivery.cause
          and d.kind = queue_delivery.kind and (d.state = 'sent' or d.lease is not null))));
  end if;
end;
$$;
comment on function amc_history.queue_delivery(uuid, text, text, jsonb, interval) is
  $$Queues what a webhook is to be told of a cause. If the same waits already, that one counts it (times) and takes over
its words; if it was told within the period, it is due when that is over.$$;

create function amc_history.queue_deliveries(
  kind text, thing text, cause text, item jsonb, told_otherwise text default null, not_to text default null
) returns void
language plpgsql set search_path = ''
as $$
declare
  hook uuid;
begin
  for hook in
    select w.id from public.webhooks w
    where w.disabled_at is null and queue_deliveries.thing = any (w.tells)
      and coalesce(w.instance_id = queue_deliveries.item ->> 'instance_id', w.instance_id is null)
      and not coalesce(queue_deliveries.told_otherwise = any (w.tells), false)
      and w.id::text is distinct from queue_deliveries.not_to
    order by w.id
  loop
    perform amc_history.queue_delivery(hook, queue_deliveries.kind, queue_deliveries.cause,
      jsonb_build_object('code', null, 'message', null, 'next_step', null, 'instance_id', null, 'collection_id', null,
        'week_id', null, 'raised_at', amc_history.clock_now(), 'resolved_at', null, 'times', 1)
        || queue_deliveries.item,
      (amc_history.allowances()).delivery_period);
  end loop;
end;
$$;
comment on function amc_history.queue_deliveries(text, text, text, jsonb, text, text) is
  $$Queues something for each webhook that tells it. kind, cause: of the deliveries. thing: as in webhooks.tells. item:
what differs from an item without anything. told_otherwise: webhooks that tell this too are left out. not_to: the
webhook that is not to be told.$$;

create function amc_history.report_queueing(words text, code text) returns void
language plpgsql set search_path = ''
as $$
begin
  if report_queueing.code is null then
    perform amc_history.end_stoppage('job', 'webhooks/queue');
  else
    perform amc_history.record_stoppage('job', 'webhooks/queue', report_queueing.code, 'postgres',
      report_queueing.words, null);
  end if;
exception when others then
  raise warning 'Webhooks are not told, and this is not recorded: %', sqlerrm;
end;
$$;
comment on function amc_history.report_queueing(text, text) is
  $$Records whether what happened could be queued for webhooks: code null, or a SQLSTATE and Postgres's words. Raises
nothing, since what is told must not be undone with the telling.$$;

create function amc_history.alert_item(alert public.tracking_alerts) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object('code', (alert).code, 'message', left((alert).message, 1000),
    'next_step', (alert).next_step, 'instance_id', (alert).instance_id, 'week_id', (alert).week_id,
    'collection_id', coalesce((select w.collection_id::text from public.report_data_weeks w
      where w.id = (alert).week_id), (alert).detail ->> 'collection_id'),
    'raised_at', (alert).raised_at, 'resolved_at', (alert).resolved_at, 'times', (alert).times);
$$;
comment on function amc_history.alert_item(public.tracking_alerts) is 'What is told of an alert.';

create function amc_history.queue_resolved(alert public.tracking_alerts, cause text) returns void
language plpgsql set search_path = ''
as $$
declare
  hook uuid;
begin
  update public.webhook_deliveries d set state = 'dropped', ended_at = amc_history.clock_now()
  where d.cause = queue_resolved.cause and d.kind = 'alert_raised' and d.state = 'queued' and d.lease is null;
  for hook in
    select w.id from public.webhooks w
    where w.disabled_at is null and 'resolved_alerts' = any (w.tells)
      and (select d.kind from public.webhook_deliveries d where d.webhook_id = w.id
        and d.cause = queue_resolved.cause and d.state in ('queued', 'sent') order by d.id desc
        limit 1) = 'alert_raised'
    order by w.id
  loop
    perform amc_history.queue_delivery(hook, 'alert_resolved', queue_resolved.cause, amc_history.alert_item(alert),
      interval '0');
  end loop;
end;
$$;
comment on function amc_history.queue_resolved(public.tracking_alerts, text) is
  $$Queues the end of an alert for each webhook that was told, or is being told, that it was raised; where that still
waits it is dropped, and nothing is told.$$;

create function amc_history.queue_alert() returns trigger
-- What waits longer fails as lock_not_available, which is caught; a statement's timeout is not.
language plpgsql security definer set search_path = '' set lock_timeout = '1s'
as $$
declare
  cause constant text := concat_ws(' ', 'alert', new.code, coalesce(new.instance_id, '-'),
    coalesce(new.week_id::text, '-'), new.subject);
begin
  begin
    if new.resolved_at is not null then
      perform amc_history.queue_resolved(new, cause);
    else
      perform amc_history.queue_deliveries('alert_raised', 'alerts', cause, amc_history.alert_item(new),
        case new.code when 'duplicate_execution' then 'duplicates' end,
        case new.detail ->> 'kind' when 'webhook' then new.detail ->> 'subject' end);
    end if;
  exception when others then
    perform amc_history.report_queueing(sqlerrm, sqlstate);
    return null;
  end;
  perform amc_history.report_queueing(null, null);
  return null;
end;
$$;
comment on function amc_history.queue_alert() is
  $$Queues for webhooks that an alert was raised or resolved; not for the webhook that it is about. A failure is
recorded and undoes nothing. Definer: whoever raises an alert has no right on deliveries.$$;
create trigger queue_raised_alert after insert on public.tracking_alerts
  for each row execute function amc_history.queue_alert();
create trigger queue_resolved_alert after update of resolved_at on public.tracking_alerts
  for each row when (old.resolved_at is null and new.resolved_at is not null)
  execute function amc_history.queue_alert();

create function amc_history.queue_duplicate() returns trigger
-- What waits longer fails as lock_not_available, which is caught; a statement's timeout is not.
language plpgsql security definer set search_path = '' set lock_timeout = '1s'
as $$
begin
  begin
    perform amc_history.queue_deliveries('duplicate_execution', 'duplicates', 'duplicate ' || new.execution_id,
      jsonb_build_object('code', 'duplicate_execution', 'message', format('AMC ran execution %s for a week beside '
        'another one; if it still runs it is cancelled.', new.execution_id),
        'next_step', amc_history.next_step_of('duplicate_execution'), 'instance_id', new.instance_id,
        'collection_id', new.collection_id, 'week_id', new.week_id));
  exception when others then
    perform amc_history.report_queueing(sqlerrm, sqlstate);
    return null;
  end;
  perform amc_history.report_queueing(null, null);
  return null;
end;
$$;
comment on function amc_history.queue_duplicate() is
  $$Queues a duplicate execution for webhooks. A failure is recorded and undoes nothing. Definer: whoever reports it has
no right on deliveries.$$;
create trigger queue_duplicate after insert on public.tracking_events
  for each row when (new.event = 'duplicate_execution') execute function amc_history.queue_duplicate();

create function amc_history.tell_ended_week(week public.report_data_weeks) returns void
language plpgsql set search_path = ''
as $$
declare
  collection public.report_data_collections;
  progress public.collection_progress;
begin
  -- Of two weeks that end at once, the second one sees the first.
  perform amc_history.take_lock('end of ' || (week).collection_id);
  if (week).status = 'failed' then
    perform amc_history.queue_deliveries('week_failed', 'failed_weeks', 'failed weeks of ' || (week).collection_id,
      jsonb_build_object('code', (week).error_code, 'message', left(format('The week of %s failed: %s',
          (week).week_start_date, (week).error_message), 1000),
        'next_step', 'Answer the words, then call retry_week.', 'instance_id', (week).instance_id,
        'collection_id', (week).collection_id, 'week_id', (week).id));
  end if;
  select * into collection from public.report_data_collections c where c.id = (week).collection_id;
  if collection.cancelled_at is not null or collection.archived_at is not null
    or exists (select from public.report_data_weeks w
      where w.instance_id = (week).instance_id and w.collection_id = (week).collection_id and w.finished_at is null)
    -- Another week of the same transaction has told it.
    or exists (select from public.report_data_weeks w
      join public.tracking_events t on t.week_id = w.id and t.event = 'collection_finished'
      where w.collection_id = (week).collection_id and t.happened_at >= (select max(l.finished_at)
        from public.report_data_weeks l where l.collection_id = (week).collection_id)) then
    return;
  end if;
  select * into progress from public.collection_progress p where p.collection_id = collection.id;
  perform amc_history.record_event('collection_finished', null, week,
    detail => jsonb_build_object('completed', progress.completed, 'failed', progress.failed));
  perform amc_history.queue_deliveries('collection_finished', 'finished_collections', 'end of ' || collection.id,
    jsonb_build_object('code', progress.status, 'message', format('The collection of the weeks from %s to %s has '
        'finished: %s completed, %s failed, %s others.', collection.start_date, collection.end_date,
        progress.completed, progress.failed, progress.weeks - progress.completed - progress.failed),
      'next_step', case when progress.failed > 0 then 'See week_results; retry_failed_weeks tries them once more.'
        else 'None: read its results.' end,
      'instance_id', collection.instance_id, 'collection_id', collection.id));
end;
$$;
comment on function amc_history.tell_ended_week(public.report_data_weeks) is
  $$Queues for webhooks that a week failed, all of a collection as one; and, if it was the last open week of its
collection and nobody cancelled or archived that, that the collection has finished, in an event
(collection_finished) too.$$;

create function amc_history.queue_ended_week() returns trigger
-- As above, but with time for another commit that ends a week of the collection.
language plpgsql security definer set search_path = '' set lock_timeout = '20s'
as $$
declare
  week public.report_data_weeks;
begin
  begin
    select * into week from public.report_data_weeks w where w.id = new.id;
    if week.finished_at is null then
      return null;
    end if;
    perform amc_history.tell_ended_week(week);
  exception when others then
    perform amc_history.report_queueing(sqlerrm, sqlstate);
    return null;
  end;
  perform amc_history.report_queueing(null, null);
  return null;
end;
$$;
comment on function amc_history.queue_ended_week() is
  $$Tells of a week that has ended (amc_history.tell_ended_week). A failure is recorded and undoes nothing. Definer:
whoever ends a week has no right on deliveries.$$;
-- Deferred: at the commit no further week is locked, so that two transactions that end weeks of a collection never
-- wait for each other.
create constraint trigger queue_ended_week after update on public.report_data_weeks
  deferrable initially deferred for each row when (old.finished_at is null and new.finished_at is not null)
  execute function amc_history.queue_ended_week();
