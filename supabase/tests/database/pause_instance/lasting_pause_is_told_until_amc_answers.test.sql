-- An instance that is turned away again and again is told of, in whose words, until a complete listing shows that AMC
-- answers; also when nothing else is to be listed.
begin;
\ir ../../_shared/setup.psql
select plan(12);
do $$ begin perform pg_temp.connect_instance(); end $$;

create function pg_temp.told() returns text language sql as
  $$ select concat_ws(' ', code, 'by', source, times, words, to_char(retry_at at time zone 'UTC', 'HH24:MI:SS'))
     from stoppages where kind = 'instance' and ended_at is null $$;
create function pg_temp.alerts() returns bigint language sql as
  $$ select count(*) from tracking_alerts where code = 'held_up' and resolved_at is null $$;
create function pg_temp.at(clock text) returns void language sql as
  $$ select set_config('amc_history.clock', '2025-03-03T' || clock || 'Z', true) $$;

set local role service_role;
do $$ begin perform pause_instance('amcpgtap1', 'unauthorized', 60, 'Unauthorized request.'); end $$;
select is(pg_temp.told(), 'unauthorized by amc 1 Unauthorized request. 12:01:00', 'a refused token is told of');
do $$ begin perform pause_instance('amcpgtap1', 'throttled', 60, 'Slow down'); end $$;
select is(pg_temp.told(), 'throttled by amc 1 Slow down 12:01:00', 'what others meet at the same time is one');
select pg_temp.at('12:01:00');
do $$ begin perform pause_instance('amcpgtap1', 'throttled', 60); end $$;
select is(pg_temp.alerts(), 0::bigint, 'a minute is no alert');
select pg_temp.at('12:16:00');
do $$ begin perform pause_instance('amcpgtap1', 'unavailable', 60, 'No response'); end $$;
select is(pg_temp.told(), 'unavailable by amc 3 No response 12:17:00', 'three times in a row');
select is(pg_temp.alerts(), 1::bigint, 'after a quarter of an hour an alert tells');
select is_empty('select from claim_listing()', 'nothing is asked while it is paused');
select pg_temp.at('12:17:00');
reset role;
select is(amc_history.count_actionable(), 1, 'then there is something to do');
set local role service_role;
select is((select count(*) from claim_listing()), 1::bigint, 'AMC is asked whether it answers');
do $$ begin perform record_listing('amcpgtap1', (select list_fence from amc_instances), '[]', false); end $$;
select is(pg_temp.alerts(), 1::bigint, 'a part of a listing does not tell');
do $$ begin perform record_listing('amcpgtap1', (select list_fence from amc_instances), '[]', true); end $$;
select is(concat(pg_temp.told(), pg_temp.alerts()), '0', 'a whole one ends it, and its alert');
do $$ begin perform pause_instance('amcpgtap1', 'throttled', 60); end $$;
reset role;
do $$ begin perform pg_temp.connect_instance(); end $$;
select is(pg_temp.told(), null, 'and so does a person who connects it anew');
select is(amc_history.count_actionable(), 0, 'nothing is to do');

select * from finish();
rollback;
