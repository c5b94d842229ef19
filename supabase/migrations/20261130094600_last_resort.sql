-- The last resort: that the worker cannot be reached is told to one webhook by the database itself, through pg_net.

create function amc_history.hmac_sha256(key text, message text) returns text
language plpgsql immutable set search_path = ''
as $$
declare
  block bytea := convert_to(hmac_sha256.key, 'UTF8');
  inner_key bytea := ''::bytea;
  outer_key bytea := ''::bytea;
begin
  if length(block) > 64 then
    block := sha256(block);
  end if;
  for i in 0 .. 63 loop
    inner_key := inner_key || set_byte('\x00'::bytea, 0,
      case when i < length(block) then get_byte(block, i) else 0 end # 54);
    outer_key := outer_key || set_byte('\x00'::bytea, 0,
      case when i < length(block) then get_byte(block, i) else 0 end # 92);
  end loop;
  return encode(sha256(outer_key || sha256(inner_key || convert_to(hmac_sha256.message, 'UTF8'))), 'hex');
end;
$$;
comment on function amc_history.hmac_sha256(text, text) is
  'HMAC with SHA-256 (RFC 2104) of a text, in hexadecimal digits; so that no extension is needed.';

create function amc_history.read_last_resort() returns void
language plpgsql set search_path = ''
as $$
declare
  late constant timestamptz := amc_history.clock_now() - (amc_history.allowances()).wake_up_answer;
  told record;
begin
  select w.id, w.name, w.last_resort_at, r.id is not null as came, r.status_code, r.timed_out into told
  from public.webhooks w left join net._http_response r on r.id = w.last_resort_request
  where w.last_resort_request is not null and (r.id is not null or w.last_resort_at < late)
  limit 1 for no key update of w;
  if not found then
    return;
  elsif told.status_code between 200 and 299 then
    perform amc_history.end_stoppage('webhook', told.id::text);
    update public.webhooks w set last_resort_request = null where w.id = told.id;
    return;
  end if;
  -- The answer's words may hold the address, which is a secret.
  perform amc_history.record_stoppage('webhook', told.id::text, case when told.status_code is not null
      then 'http_' || told.status_code when told.came then 'not_reached' else 'not_sent' end, 'webhook', format(
    'The database told the webhook %s that the worker cannot be reached, and %s.', quote_literal(told.name), case
      when told.status_code is not null then 'was answered with status ' || told.status_code
      when told.timed_out then 'had no answer within 2 s' when told.came then 'did not reach it'
      else 'pg_net has not sent it' end), null);
  -- It is told again after the stoppage's pause, by whoever can then.
  update public.webhooks w set last_resort_request = null, last_resort_at = null where w.id = told.id;
  update public.webhook_deliveries d set state = 'queued', ended_at = null, last_words = null
  where d.webhook_id = told.id and d.state = 'sent' and d.last_words = 'Told by the database.'
    and d.ended_at = told.last_resort_at;
end;
$$;
comment on function amc_history.read_last_resort() is
  $$Reads what the webhook of last resort answered to the database: unless it accepted, that is the stoppage webhook,
what it was told is queued again, and it is tried again after the pause.$$;

create function amc_history.tell_last_resort() returns void
language plpgsql set search_path = ''
as $$
declare
  now_at constant timestamptz := amc_history.clock_now();
  hook public.webhooks;
  alert public.tracking_alerts;
  secret jsonb;
  body jsonb;
  headers jsonb := '{"Content-Type": "application/json"}'::jsonb;
  sent_at constant text := floor(extract(epoch from now_at))::text;
begin
  select * into hook from public.webhooks w where w.last_resort and w.disabled_at is null
    and coalesce(w.last_resort_at <= now_at - (amc_history.allowances()).delivery_period, true)
    and w.last_resort_request is null and not amc_history.is_held_up('webhook', w.id::text) for no key update;
  select * into alert from public.tracking_alerts t where t.code = 'worker_unreachable' and t.resolved_at is null
    order by t.id limit 1;
  if hook.id is null or alert.id is null then
    return;
  end if;
  secret := amc_history.webhook_secret(hook.id);
  body := case hook.form
    when 'slack' then jsonb_build_object('text', replace(replace(replace(concat_ws(E'\n', alert.message,
      alert.next_step), '&', '&amp;'), '<', '&lt;'), '>', '&gt;'))
    else jsonb_build_object('sent_at', now_at, 'webhook', hook.name, 'items', jsonb_build_array(
      jsonb_build_object('id', null, 'kind', 'alert_raised') || amc_history.alert_item(alert))) end;
  if hook.form = 'json' then
    headers := headers || jsonb_build_object('AMC-History-Timestamp', sent_at, 'AMC-History-Signature',
      'v1=' || amc_history.hmac_sha256(secret ->> 'signing_key', sent_at || '.' || body::text));
  end if;
  update public.webhooks w set last_resort_at = now_at, last_resort_request = net.http_post(url := secret ->> 'url',
    body := body, headers := headers, timeout_milliseconds := 2000)
  where w.id = hook.id;
  -- It is told; the worker, once it is there again, need not.
  update public.webhook_deliveries d set state = 'sent', ended_at = now_at, last_words = 'Told by the database.'
  where d.webhook_id = hook.id and d.kind = 'alert_raised' and d.state = 'queued' and d.lease is null
    and d.item ->> 'code' = 'worker_unreachable';
end;
$$;
comment on function amc_history.tell_last_resort() is
  $$While the worker cannot be reached (the alert worker_unreachable), tells that to the webhook of last resort, once
every delivery_period (amc_history.allowances). pg_net sends it, for 2 seconds (amc_history.read_last_resort reads the
answer); the address is in its queue until then.$$;
