-- An analyst or admin ends a search: what it has found stays, the rest is not searched, and another one may begin.
begin;
\ir ../../_shared/id_backfills.psql
select plan(14);

select pg_temp.lose_id(1);
select pg_temp.lose_id(2);
select pg_temp.lose_id(3);
insert into amc_instance_members (instance_id, user_id, role) values
  ('amcpgtap1', pg_temp.user_id('colleague'), 'viewer');
grant execute on all functions in schema pg_temp to authenticated;
select pg_temp.sign_in('owner');
create temporary table search as select (backfill_execution_ids(instance_id => 'amcpgtap1')).backfill_id as id;
grant select on search to authenticated;
reset role;
-- A page decides week 3, which begins after the last entry that it shows.
create temporary table claimed as select * from claim_id_backfill();
select is(record_id_backfill_page(c.backfill_id, c.fence, jsonb_build_array(
    pg_temp.entry('exec-3', 3), pg_temp.entry('exec-2', 2, '{"created_at": "2025-01-19T12:00:00Z"}')), 'more'),
  'recorded', 'a part of the list is read') from claimed c;
select is((select matched from id_backfill_states), 1, 'one week has its id');
select amc_history.record_stoppage('id_backfill', (select id::text from search), 'unavailable', 'amc', 'Not now.',
  'amcpgtap1');

select pg_temp.sign_in('other');
select is(pg_temp.refusal('select cancel_id_backfill((select id from search))'), 'PT404 search_not_found',
  'who is no member');
select is(pg_temp.refusal('select cancel_id_backfill(null)'), 'PT404 search_not_found', 'none');
select pg_temp.sign_in('colleague');
select is(pg_temp.refusal('select cancel_id_backfill((select id from search))'), 'PT403 role_too_low', 'a viewer');
select pg_temp.sign_in('owner');
select is((cancel_id_backfill((select id from search)))::text, '(applied,,2)', 'an analyst ends it');
select is((cancel_id_backfill((select id from search)))::text, '(already_applied,,0)', 'once');
select is((select array_agg(concat_ws(' ', b.outcome, b.reason) order by b.begins_at) from id_backfill_weeks b),
  '{not_searched cancelled,not_searched cancelled,"matched workflow_id, window"}', 'what it found stays');
select is((select row(progress, not_searched, ended_at is not null)::text from id_backfill_states), '(1.000,2,t)',
  'it has ended');
reset role;
select is(record_id_backfill_page(c.backfill_id, c.fence, '[]', ended => true), 'stale',
  'the worker that reads for it records nothing more') from claimed c;
select is((select count(*) from claim_id_backfill()), 0::bigint, 'none goes on with it');
select is((select count(*) from stoppages where kind = 'id_backfill' and ended_at is null), 0::bigint,
  'nothing holds it up any more');
select is((select actor from tracking_events where event = 'id_backfill_cancelled'), pg_temp.user_id('owner')::text,
  'and who ended it is known');
select pg_temp.sign_in('owner');
select is((backfill_execution_ids(instance_id => 'amcpgtap1')).outcome, 'applied', 'another search may begin');

select * from finish();
rollback;
