-- The same request with the same idempotency key is answered the same, and does nothing.
begin;
\ir ../../_shared/workflow.psql
select plan(15);

create function pg_temp.ask(arguments text, who text default 'owner') returns jsonb language plpgsql as $$
declare
  answer jsonb;
begin
  execute format('select start_collection(%L, %L, pg_temp.workflow(), %s)', pg_temp.user_id(who), 'amcpgtap1',
    arguments)
  into answer;
  return answer;
end;
$$;
insert into amc_instance_members (instance_id, user_id) values ('amcpgtap1', pg_temp.user_id('other'));
set local role service_role;
create temporary table first on commit drop as select pg_temp.ask($$ weeks => 2, idempotency_key => 'key-1' $$) as made;
set local amc_history.clock = '2025-06-01T00:00:00Z';

select is(pg_temp.ask($$ weeks => 2, idempotency_key => 'key-1' $$), (select made from first),
  'the same request with the same key is answered the same, also months later');
select is((select count(*) from report_data_weeks), 2::bigint, 'though the newest weeks are others by now');
select is(pg_temp.ask($$ weeks => 2, time_zone => 'utc', idempotency_key => 'key-1' $$), (select made from first),
  'a zone in another spelling is the same request');
select is(pg_temp.refusal(format('select pg_temp.ask(%L)', arguments)), 'PT422 idempotency_key_reused', what)
from (values
  ($$ weeks => 3, idempotency_key => 'key-1' $$, 'the same key with other weeks is refused'),
  ($$ weeks => 2, name => 'Mine', idempotency_key => 'key-1' $$, 'or with a name'),
  ($$ weeks => 2, parameter_values => '{"brand": "x"}', idempotency_key => 'key-1' $$, 'or with parameters')
) t(arguments, what);
select is(pg_temp.ask($$ weeks => 2, idempotency_key => 'key-2' $$) - 'weeks' - 'collection_id',
  '{"created": false, "extended": 2, "reopened": 0, "settled": 0}',
  'with another key it asks for the weeks that are the newest now');
select is(pg_temp.ask($$ weeks => 2, idempotency_key => 'key-1' $$, 'other') ->> 'extended', '0',
  'a key is its user''s own');
-- A cancelled collection is not brought back by a repetition.
do $$ begin perform cancel_collection((made ->> 'collection_id')::uuid) from first; end $$;
select is(pg_temp.ask($$ weeks => 2, idempotency_key => 'key-2' $$) ->> 'extended', '2', 'a repetition');
select is((select count(*) from report_data_weeks where status <> 'cancelled'), 0::bigint, 'does nothing');
-- Nor does it keep one current again, or bring it back, though nothing else came of it at first.
do $$
begin
  perform pg_temp.ask('weeks => 2');
  perform pg_temp.ask($q$ weeks => 2, keep_current => true, idempotency_key => 'key-3' $q$);
  perform set_keep_current((made ->> 'collection_id')::uuid, false) from first;
  perform archive_collection((made ->> 'collection_id')::uuid) from first;
  perform pg_temp.ask($q$ weeks => 2, idempotency_key => 'key-4' $q$);
  perform archive_collection((made ->> 'collection_id')::uuid) from first;
  set local amc_history.clock = '2025-06-03T00:00:00Z';
  -- Of what changed nothing, this forgets what came before.
  perform pg_temp.ask('weeks => 1', 'other');
  perform pg_temp.ask('weeks => 1');
  perform archive_collection((made ->> 'collection_id')::uuid) from first;
  perform pg_temp.ask($q$ weeks => 2, keep_current => true, idempotency_key => 'key-3' $q$);
  perform pg_temp.ask($q$ weeks => 2, idempotency_key => 'key-4' $q$);
end;
$$;
select is((select row(keep_current, archived_at is not null)::text from report_data_collections), '(f,t)',
  'what was asked for long ago is not done again');
select is((select array_agg(idempotency_key order by idempotency_key) from collection_requests where has_effect
  and idempotency_key in ('key-3', 'key-4')), '{key-3,key-4}', 'both had an effect');
select is((select count(*) from tracking_events where event = 'keep_current_set'), 2::bigint, 'each once');
select matches(pg_temp.refusal(format('insert into collection_requests (collection_id, instance_id, requested_by,
  idempotency_key, request_hash, first_day, last_day, created, extended, reopened)
  select collection_id, instance_id, requested_by, idempotency_key, request_hash, first_day, last_day, created,
    extended,
  reopened from collection_requests limit 1')), '^23505', 'a user''s key is there once, whoever writes');
select matches(pg_temp.refusal(format('update collection_requests set idempotency_key = %L where id = (select max(id)
  from collection_requests)', repeat('k', 201))), '^23514', 'a key has at most 200 characters');

select * from finish();
rollback;
