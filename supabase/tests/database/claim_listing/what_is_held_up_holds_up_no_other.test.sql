-- An instance that cannot be claimed or listed waits alone, and AMC is not asked for an execution that is set aside.
begin;
\ir ../../_shared/collection.psql
select plan(11);

select pg_temp.start_collection(weeks => 2);
select pg_temp.start_collection(weeks => 2, instance => 'amcpgtap2', region => 'EU');
set local role service_role;
select claim_due_weeks(4);
select record_execution(id, 'exec-' || row_number() over (order by instance_id, id)) from week_attempts;

-- The instances that are claimed, and what they are told of their attempts.
create function pg_temp.claimed(out instances text[], out held text[]) language sql as $$
  select array_agg(distinct instance_id order by instance_id),
    array_agg(a ->> 'execution_id' order by a ->> 'execution_id') filter (where (a ->> 'held_up')::boolean)
  from claim_listing(5, 1), jsonb_array_elements(attempts) a $$;
-- A listing later.
create function pg_temp.later(by interval) returns void language sql as
  $$ select set_config('amc_history.clock', (amc_history.clock_now() + by)::text, true) $$;

select is(c.instances, array['amcpgtap1', 'amcpgtap2'], 'both are claimed') from pg_temp.claimed() c;

select record_stoppage('execution', 'exec-2', 'refused', 'amc', 'Forbidden', 'amcpgtap1');
select record_stoppage('listing', 'amcpgtap2', 'refused', 'amc', 'Forbidden', 'amcpgtap2');
select pg_temp.later('10 seconds');
select results_eq('select * from pg_temp.claimed()', $$ values (array['amcpgtap1'], array['exec-2']) $$,
  'an instance whose listing is set aside is not, and an execution is marked');
select pg_temp.later('2 minutes');
select results_eq('select * from pg_temp.claimed()', $$ values (array['amcpgtap1', 'amcpgtap2'], null::text[]) $$,
  'after its pause each is tried again');

-- Its listing ends the stoppage.
select record_listing('amcpgtap2', (select list_fence from amc_instances where id = 'amcpgtap2'), '[]', true);
select is((select count(*) from stoppages where kind = 'listing' and ended_at is null), 0::bigint,
  'a listing ends the stoppage of listings');
select record_listing('amcpgtap1', (select list_fence from amc_instances where id = 'amcpgtap1'),
  '[{"id": "exec-2", "status": "RUNNING"}]', true, 'Entry 7 has no id.');
select is((select count(*) from stoppages where kind = 'execution' and ended_at is null), 0::bigint,
  'and a sight of an execution that of its GET');
select is((select words from stoppages where kind = 'list_entry' and ended_at is null), 'Entry 7 has no id.',
  'entries that could not be read are told');
select record_listing('amcpgtap1', (select list_fence from amc_instances where id = 'amcpgtap1'), '[]', true);
select is((select count(*) from stoppages where ended_at is null), 0::bigint, 'until all can be read');

-- One instance's attempts cannot be read at all.
reset role;
create function pg_temp.refuse() returns trigger language plpgsql as $$ begin raise exception 'not this one'; end $$;
create trigger refuse before update on amc_instances for each row
  when (new.id = 'amcpgtap1' and new.list_fence > old.list_fence) execute function pg_temp.refuse();
set local role service_role;
select pg_temp.later('2 minutes');
select is(c.instances, array['amcpgtap2'], 'the other one is claimed all the same') from pg_temp.claimed() c;
select results_eq($$ select subject, source, words from stoppages where ended_at is null $$,
  $$ values ('amcpgtap1', 'postgres', 'not this one') $$, 'and why can be read');

-- What claims carry does not grow with the parameters.
select is((select string_agg(distinct k, ' ' order by k) from claim_listing(5, 1), jsonb_array_elements(attempts) a,
  jsonb_object_keys(a) k where k like 'param%'), null, 'parameters are not among what a listing is claimed with');
select is(collection_parameters(pg_temp.collection()), '{}', 'they are asked for by collection');

select * from finish();
rollback;
