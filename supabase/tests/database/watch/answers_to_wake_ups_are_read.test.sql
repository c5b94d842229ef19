-- What pg_net had for an answer to a wake-up is read: one that was refused is told once it lasts, together with ticks
-- that never end; what ends it is the first that is accepted, and once a person was told, a tick.
begin;
\ir ../../_shared/three_weeks.psql
select plan(19);

create function pg_temp.alerts() returns text[] language sql as
  $$ select array_agg(code order by id) from tracking_alerts where resolved_at is null $$;
create function pg_temp.wake_up(id bigint) returns void language sql as
  $$ insert into amc_history.wake_ups (request_id) values (id) $$;
create function pg_temp.answer(id bigint, status integer, content text default null, error text default null)
returns void language sql as $$
  insert into net._http_response (id, status_code, content, timed_out, error_msg)
  values (id, status, content, error = 'timeout', error) $$;
create function pg_temp.watch(at time) returns text language plpgsql as $$
begin
  perform set_config('amc_history.clock', format('2025-03-03T%sZ', at), true);
  perform amc_history.watch();
  return (select concat_ws(' ', s.code, s.source, s.words) from stoppages s
    where s.kind = 'wake_up' and s.ended_at is null);
end;
$$;

select is(pg_temp.watch('12:00'), null, 'with no wake-up nothing is held up');
do $$ begin perform pg_temp.wake_up(9001); end $$;
select is(pg_temp.watch('12:01'), null, 'an answer may take its time');
select is(pg_temp.watch('12:03'), 'not_sent supabase pg_net has not sent what the schedule gave it: its background '
  'worker may have stopped. See select net.worker_restart().', 'one that never comes was not sent');
select is((select count(*) from amc_history.wake_ups), 0::bigint, 'and is not waited for again');

do $$ begin perform pg_temp.wake_up(9002), pg_temp.answer(9002, 401, E'{"code":"unauthorized"}\u0007\n'); end $$;
select is(pg_temp.watch('12:04'), 'http_401 supabase The schedule called the edge function collect, and was answered '
  'with status 401: {"code":"unauthorized"} ', 'a refusal has the words of the answer, without control characters');
select is(pg_temp.alerts(), null, 'nobody is alerted yet');
do $$ begin perform pg_temp.wake_up(9003), pg_temp.answer(9003, null, null, 'Couldn''t resolve host name'); end $$;
select is(pg_temp.watch('12:06'), 'not_reached supabase The schedule called the edge function collect, and had no '
  'answer: Couldn''t resolve host name', 'an address without a host has those of pg_net');
select is(pg_temp.alerts(), array['worker_unreachable'], 'three minutes on a person is alerted');
select is((select next_step from tracking_alerts where code = 'worker_unreachable'),
  (select next_step from amc_history.stoppage_kinds where kind = 'wake_up'), 'and told what to do');
do $$ begin perform pg_temp.wake_up(9004), pg_temp.answer(9004, 404, ''); end $$;
select is(pg_temp.watch('12:07'), 'http_404 supabase The schedule called the edge function collect, and was answered '
  'with status 404: no words', 'an answer without words says so');
select is((select array[count(*), max(times)] from tracking_alerts), array[1, 2]::bigint[], 'there is one alert');

do $$
begin
  perform pg_temp.wake_up(n), pg_temp.answer(n, case n when 9006 then 202 else 503 end)
    from generate_series(9005, 9007) n;
end;
$$;
select is(pg_temp.watch('12:08') is not null and pg_temp.alerts() = array['worker_unreachable'], true,
  'one that is accepted is no tick yet, once a person was told');
do $$ begin perform pg_temp.wake_up(9008), pg_temp.answer(9008, 202), pg_temp.watch('12:19'); end $$;
select is((select array_agg(kind || ' ' || code order by kind) from stoppages where ended_at is null),
  array['tick no_tick', 'wake_up http_404'], 'ten minutes on none has ended a tick');
select is((select array[count(*), count(resolved_at)] from tracking_alerts), array[1, 0]::bigint[],
  'it is one trouble, and one alert');
select ok((select message ~ 'has ended no tick' from tracking_alerts), 'in the latest words');
set local role service_role;
do $$ begin perform record_tick('{}', '{}'); end $$;
select is((select count(*) from stoppages where ended_at is null), 0::bigint, 'a tick ends both');
select is(pg_temp.alerts(), null, 'and the alert');
reset role;
do $$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:20:00Z', true), pg_temp.wake_up(9009);
  perform set_config('amc_history.clock', '2025-03-03T12:20:10Z', true), record_tick('{}', '{}');
  perform pg_temp.answer(9009, 202), pg_temp.watch('12:21'), pg_temp.watch('12:40');
end;
$$;
select is(pg_temp.alerts(), null, 'no tick is owed for a wake-up whose answer is read only after its tick');

do $$
begin
  perform pg_temp.wake_up(9010), pg_temp.answer(9010, 503), pg_temp.watch('12:41');
  perform pg_temp.wake_up(9011), pg_temp.answer(9011, 202), pg_temp.wake_up(9012), pg_temp.answer(9012, 503);
end;
$$;
select is(pg_temp.watch('12:42'), null, 'before a person is told, one of several that is accepted is enough');

select * from finish();
rollback;
