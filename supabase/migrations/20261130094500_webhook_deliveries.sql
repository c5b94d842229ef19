-- Deliveries: a worker tells a webhook all that is due for it at once. One that fails is a stoppage of its own, and
-- holds up nothing else.

create function amc_history.test_webhook(webhook_id uuid) returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  hook constant public.webhooks := amc_history.lock_own_webhook(test_webhook.webhook_id);
begin
  if hook.disabled_at is not null then
    perform amc_history.refuse('webhook_disabled', format('The webhook %s is disabled.', quote_literal(hook.name)),
      'Call set_webhook with enabled => true first.', 'PT409');
  end if;
  perform amc_history.queue_delivery(hook.id, 'test', 'test', jsonb_build_object('code', 'test', 'message',
    'This is a test of the webhook ' || quote_literal(hook.name) || '.', 'next_step', 'None.', 'instance_id',
    hook.instance_id, 'collection_id', null, 'week_id', null, 'raised_at', amc_history.clock_now(), 'resolved_at', null,
    'times', 1), interval '0');
  perform amc_history.try_webhook_again(hook.id);
  return (select max(d.id) from public.webhook_deliveries d where d.webhook_id = hook.id and d.kind = 'test');
end;
$$;
comment on function amc_history.test_webhook(uuid) is
  $$See public.test_webhook. Definer: users may not write deliveries.$$;

create function public.test_webhook(webhook_id uuid) returns bigint
language sql set search_path = ''
as $$ select amc_history.test_webhook(test_webhook.webhook_id); $$;
comment on function public.test_webhook(uuid) is
  $$Queues a test for a webhook, which the next worker delivers, also if the webhook failed before. For those who may
set it up. Answers the id of the row of webhook_deliveries that says what became of it. Refuses with webhook_not_found,
webhook_disabled.$$;

create function amc_history.webhooks_to_tell() returns setof uuid
language sql stable set search_path = ''
as $$
  select w.id from public.webhooks w
  cross join lateral (select min(d.due_at) as due_at from public.webhook_deliveries d
    where d.webhook_id = w.id and d.state = 'queued') q
  where w.disabled_at is null and q.due_at <= amc_history.clock_now()
    and not exists (select from public.webhook_deliveries d
      where d.webhook_id = w.id and d.state = 'queued' and d.leased_until > amc_history.clock_now())
    and not amc_history.is_held_up('webhook', w.id::text)
  order by q.due_at, w.id;
$$;
comment on function amc_history.webhooks_to_tell() is
  $$The webhooks for which something is due and that no worker is telling now, longest due first; without those that
failed and wait for their next try.$$;

create function public.claim_deliveries(max_webhooks integer default 5)
returns table (webhook_id uuid, name text, form text, lease uuid, items jsonb)
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  now_at constant timestamptz := amc_history.clock_now();
  allowed constant amc_history.allowances := amc_history.allowances();
  hook public.webhooks;
  due bigint[];
  given_up integer;
begin
  for hook in
    select w.* from public.webhooks w where w.id in (select amc_history.webhooks_to_tell())
    order by w.id for no key update skip locked
  loop
    -- Another worker may have taken them since.
    continue when hook.id not in (select amc_history.webhooks_to_tell());
    update public.webhook_deliveries d set state = 'given_up', ended_at = now_at, lease = null, leased_until = null
    where d.webhook_id = hook.id and d.state = 'queued' and d.tries > 0
      and d.due_at < now_at - allowed.delivery_given_up;
    get diagnostics given_up = row_count;
    perform amc_history.record_stoppage('webhook', hook.id::text, 'given_up', 'webhook', format('The webhook %s did '
      'not take what it was told for %s (so many things: %s), and is told that no more; webhook_deliveries has it. %s',
      quote_literal(hook.name), allowed.delivery_given_up, given_up, (select d.last_words
        from public.webhook_deliveries d
        where d.webhook_id = hook.id order by d.ended_at desc nulls last, d.id desc limit 1)), hook.instance_id)
    where given_up > 0;
    due := array(select d.id from public.webhook_deliveries d
      where d.webhook_id = hook.id and d.state = 'queued' and d.due_at <= now_at
      -- What was not taken twice may have been too much at once.
      order by d.id limit greatest(1, allowed.deliveries_at_once >> least(5, coalesce((select max(t.tries)
        from public.webhook_deliveries t where t.webhook_id = hook.id and t.state = 'queued'), 0) / 2))
      for update skip locked);
    continue when cardinality(due) = 0;
    webhook_id := hook.id;
    name := hook.name;
    form := hook.form;
    lease := gen_random_uuid();
    update public.webhook_deliveries d set lease = claim_deliveries.lease, tries = d.tries + 1,
      leased_until = now_at + allowed.delivery_lease
    where d.id = any (due);
    items := (select jsonb_agg(jsonb_build_object('id', d.id, 'kind', d.kind) || d.item order by d.id)
      from public.webhook_deliveries d where d.id = any (due));
    return next;
    max_webhooks := max_webhooks - 1;
    exit when max_webhooks <= 0;
  end loop;
end;
$$;
comment on function public.claim_deliveries(integer) is
  $$Takes what is due for at most so many webhooks: for each one at most deliveries_at_once (amc_history.allowances), to
be delivered as one. items: an array of objects with id, kind, code, message, next_step, instance_id, collection_id,
week_id, raised_at, resolved_at, times. Without a report they may be taken again after delivery_lease. Gives up what was
tried and not accepted for delivery_given_up. For service_role.$$;

create function public.report_delivery(
  lease uuid, accepted boolean, words text, status integer default null, code text default null
) returns text
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  now_at constant timestamptz := amc_history.clock_now();
  hook public.webhooks;
begin
  select w.* into hook from public.webhooks w where w.id = (select d.webhook_id from public.webhook_deliveries d
    where d.lease = report_delivery.lease limit 1) for no key update;
  update public.webhook_deliveries d set lease = null, leased_until = null, last_status = report_delivery.status,
    last_words = left(report_delivery.words, 500),
    state = case when report_delivery.accepted then 'sent' else d.state end,
    ended_at = case when report_delivery.accepted then now_at end
  where d.lease = report_delivery.lease;
  if not found then
    return 'stale';
  elsif report_delivery.accepted then
    perform amc_history.end_stoppage('webhook', hook.id::text);
    return 'sent';
  end if;
  perform amc_history.record_stoppage('webhook', hook.id::text, report_delivery.code, 'webhook', format(
    'The webhook %s did not take what it was told: %s', quote_literal(hook.name), left(report_delivery.words, 500)),
    hook.instance_id);
  return 'queued';
end;
$$;
comment on function public.report_delivery(uuid, boolean, text, integer, text) is
  $$Reports what became of a delivery. lease: of claim_deliveries. accepted: the webhook took it. words: what came of
it, without the address; if it was not accepted they become the stoppage webhook, after whose pause it is tried again.
status: of HTTP, if there was an answer. code: why it was not accepted, a stable code. Answers sent, queued, or stale:
another worker has taken it, or it is gone. For service_role.$$;
