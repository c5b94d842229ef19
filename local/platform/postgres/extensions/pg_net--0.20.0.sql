-- THIS IS A STAND-IN for the extension pg_net, for the embedded platform only.
--
-- What it does: the schema net with the queue, the answers and the functions that callers use. As with pg_net, both
-- tables are unlogged (a crash of the server empties them) and any role may read them, request headers included.
-- What it does not do: it sends nothing by itself. The local sender (local/platform/http_sender.ts) takes committed
-- rows from the queue in batches, sends them and stores what came back. There is no background worker and no
-- pg_net.* setting; net.http_collect_response is not there.

create schema net;

create domain net.http_method as text
  check (value in ('GET', 'POST', 'DELETE'));

create unlogged table net.http_request_queue (
  id bigserial,
  method net.http_method not null,
  url text not null,
  headers jsonb,
  body bytea,
  timeout_milliseconds int not null
);

create unlogged table net._http_response (
  id bigint,
  status_code int,
  content_type text,
  headers jsonb,
  content text,
  timed_out bool,
  error_msg text,
  created timestamptz not null default now()
);
create index _http_response_created_idx on net._http_response (created);

-- An address with parameters: {"a": "b c"} adds `a=b%20c`. pg_net gives the address to libcurl, and raises what that
-- does not take: one without a scheme or a host, with a blank, a newline or another control character. A slash at its
-- end stays.
create function net._encode_url_with_params(url text, params jsonb)
returns text
language plpgsql immutable
set search_path = pg_catalog
as $$
begin
  if url !~ '^[A-Za-z][A-Za-z0-9+.-]*://' then
    -- libcurl's code for a bad scheme, in the words of another list of its codes: so pg_net says it.
    raise exception 'Out of memory' using errcode = 'XX000';
  elsif url ~ '[\x01-\x20\x7f]' or url !~* '^https?://[^/?#:]+(:[0-9]{1,5})?([/?#]|$)' then
    raise exception 'URL using bad/illegal format or missing URL' using errcode = 'XX000';
  end if;
  return url || (
    select coalesce(
      case when strpos(url, '?') > 0 then '&' else '?' end || string_agg(encoded.name || '=' || encoded.value, '&'), '')
    from (
      select net._urlencode_string(key) as name, net._urlencode_string(value) as value
      from jsonb_each_text(coalesce(params, '{}'))
    ) encoded);
end;
$$;

create function net._urlencode_string(string text)
returns text
language sql immutable
set search_path = pg_catalog
as $$
  select coalesce(string_agg(
    case
      when character.value ~ '^[A-Za-z0-9_.~-]$' then character.value
      else regexp_replace(upper(encode(convert_to(character.value, 'UTF8'), 'hex')), '(..)', '%\1', 'g')
    end, '' order by character.position), '')
  from regexp_split_to_table(string, '') with ordinality as character(value, position)
$$;

create function net.http_get(
  url text,
  params jsonb default '{}',
  headers jsonb default '{}',
  timeout_milliseconds int default 5000)
returns bigint
language sql volatile
set search_path = pg_catalog
as $$
  insert into net.http_request_queue (method, url, headers, timeout_milliseconds)
  values ('GET', net._encode_url_with_params(url, params), headers, timeout_milliseconds)
  returning id
$$;

create function net.http_delete(
  url text,
  params jsonb default '{}',
  headers jsonb default '{}',
  timeout_milliseconds int default 5000,
  body jsonb default null)
returns bigint
language sql volatile
set search_path = pg_catalog
as $$
  insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
  values ('DELETE', net._encode_url_with_params(url, params), headers, convert_to(body::text, 'UTF8'),
    timeout_milliseconds)
  returning id
$$;

create function net.http_post(
  url text,
  body jsonb default '{}',
  params jsonb default '{}',
  headers jsonb default '{"Content-Type": "application/json"}',
  timeout_milliseconds int default 5000)
returns bigint
language plpgsql volatile
set search_path = pg_catalog
as $$
#variable_conflict use_variable
declare
  content_type text;
  request_id bigint;
begin
  select header.value into content_type
  from jsonb_each_text(coalesce(headers, '{}')) header
  where lower(header.key) = 'content-type'
  limit 1;

  if content_type is null then
    headers := coalesce(headers, '{}') || '{"Content-Type": "application/json"}';
  elsif content_type <> 'application/json' then
    raise exception 'Content-Type header must be "application/json"';
  end if;

  insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
  values ('POST', net._encode_url_with_params(url, params), headers, convert_to(body::text, 'UTF8'),
    timeout_milliseconds)
  returning id into request_id;
  return request_id;
end;
$$;

-- As the extension leaves it: open to every role.
grant usage on schema net to public;
grant all on all tables in schema net to public;
grant all on all sequences in schema net to public;
