-- An entry whose time of creation is out of order ends nothing and proves nothing; what could not be read matters only
-- to the weeks whose execution may stand there.
begin;
\ir ../../_shared/id_backfills.psql
select plan(12);

select pg_temp.lose_id(n) from generate_series(1, 3) n;
select set_config('amc_history.clock', '2025-06-01T12:00:00Z', true);
create function pg_temp.created(id text, n integer, at text) returns jsonb language sql as
  $$ select pg_temp.entry(id, n, jsonb_build_object('created_at', at)) $$;
create function pg_temp.start() returns void language plpgsql as $$
begin
  perform set_config('amc_history.clock', (amc_history.clock_now() + interval '1 hour')::text, true);
  perform backfill_execution_ids(instance_id => 'amcpgtap1');
end $$;
-- Reports a page of the turn that is claimed.
create function pg_temp.page(entries jsonb, token text) returns text language plpgsql as $$
begin
  perform set_config('amc_history.clock', (amc_history.clock_now() + interval '61 seconds')::text, true);
  return pg_temp.read_page(entries, token);
end $$;
create function pg_temp.read_to() returns text language sql as
  $$ select read_to::text from id_backfills where ended_at is null $$;

select pg_temp.start();
select is(pg_temp.page(jsonb_build_array(pg_temp.created('odd', 2, '1970-01-01T00:00:00Z')), 'more'), 'recorded',
  'an entry of long ago does not end the list');
select is(pg_temp.found(), array_fill('searching'::text, array[3]), 'nor is any week decided');
select is(pg_temp.page(jsonb_build_array(pg_temp.created('a', 3, '2025-02-20T00:00:00Z'),
  pg_temp.created('odd-2', 3, '1999-01-01T00:00:00Z'), pg_temp.created('x', 3, '2099-01-01T00:00:00Z'),
  pg_temp.created('b', 2, '2025-02-19T00:00:00Z')), 'more'), 'recorded', 'nor one between others');
select is(pg_temp.read_to(), '2025-02-19 00:00:00+00', 'the list is read to the last that is in order');
select is(pg_temp.page(jsonb_build_array(pg_temp.created('y', 1, '2025-03-01T00:00:00Z'),
  pg_temp.created('c', 1, '2025-02-18T00:00:00Z')), null), 'ended', 'up to its end');
select is(pg_temp.found(), array['ambiguous several_fit', 'ambiguous several_fit', 'ambiguous several_fit'],
  'what was out of order may be any week''s');
select is((select array_agg(execution_id || ' ' || reason order by execution_id) from id_backfill_candidates
  where not is_proved), array['odd created_at', 'odd-2 created_at', 'x created_at', 'y created_at'],
  'and proves nothing');

select pg_temp.start();
select is(pg_temp.page(jsonb_build_array(pg_temp.created('p', 1, '2024-01-01T00:00:00Z'),
  pg_temp.created('q', 1, '2023-01-01T00:00:00Z')), 'more'), 'ended', 'a page before the earliest week is the last');

-- Weeks that were finished in March, and a stretch of June.
select pg_temp.start();
select set_config('amc_history.clock', (amc_history.clock_now() + interval '61 seconds')::text, true);
select is((select record_id_backfill_page(b.backfill_id, b.fence, '[]', null, false, '2025-06-01T10:00:00Z', 1)
  from claim_id_backfill() b), 'recorded', 'a stretch cannot be read');
select is(pg_temp.page(jsonb_build_array(pg_temp.created('d', 1, '2025-02-18T00:00:00Z')), null), 'ended',
  'the others are');
select is(pg_temp.found(), array['matched workflow_id, window d', 'not_listed', 'not_listed'],
  'it says nothing of weeks that were finished before');

-- The same call on the next day.
select pg_temp.start();
select set_config('amc_history.clock', (amc_history.clock_now() + interval '1 day')::text, true);
select is((backfill_execution_ids(instance_id => 'amcpgtap1')).outcome, 'already_applied',
  'the same call on the next day is the same search');

select * from finish();
rollback;
