-- Analysts and admins have lost ids searched, members read what came of it, and what it takes is told before.
begin;
\ir ../../_shared/id_backfills.psql
select plan(19);

select pg_temp.lose_id(1);
select pg_temp.lose_id(2, 'failed');
select pg_temp.lose_id(3, 'skipped');
insert into amc_instance_members (instance_id, user_id, role) values
  ('amcpgtap1', pg_temp.user_id('colleague'), 'viewer');
grant execute on all functions in schema pg_temp to authenticated;

select pg_temp.sign_in('other');
select is(pg_temp.refusal($$select backfill_execution_ids(instance_id => 'amcpgtap1')$$), 'PT404 instance_not_found',
  'who is no member');
select is(pg_temp.refusal(format('select backfill_execution_ids(%L)', (select gen_random_uuid()))),
  'PT404 collection_not_found', 'a collection that nobody knows');
select pg_temp.sign_in('colleague');
select is(pg_temp.refusal($$select backfill_execution_ids(instance_id => 'amcpgtap1')$$), 'PT403 role_too_low',
  'a viewer');
select pg_temp.sign_in('owner');
select is(pg_temp.refusal('select backfill_execution_ids()'), '22023 backfill_scope_not_valid', 'of nothing');
select is(pg_temp.refusal($$select backfill_execution_ids(gen_random_uuid(), 'amcpgtap1')$$),
  '22023 backfill_scope_not_valid', 'of two things');
select is(pg_temp.refusal($$select backfill_execution_ids(instance_id => 'amcpgtap1', since => '1999-12-31')$$),
  '22023 since_not_valid', 'since always');
select is((select row(r.outcome, r.weeks, r.weeks_too_old, r.list_from, r.calls_at_least, r.calls_at_most)::text
  from backfill_execution_ids(instance_id => 'amcpgtap1', dry_run => true) r),
  '(planned,2,0,"2025-01-06 00:00:00+00",1,3000)', 'a dry run tells what it takes');
select is((select row(r.weeks, r.weeks_too_old, r.list_from)::text
  from backfill_execution_ids(instance_id => 'amcpgtap1', since => '2025-01-10', dry_run => true) r),
  '(1,1,"2025-01-13 00:00:00+00")', 'since a day');
select is((select row(r.outcome, r.reason, r.weeks)::text
  from backfill_execution_ids(instance_id => 'amcpgtap1', since => '2025-01-20') r),
  '(already_applied,no_week_lacks_an_id,0)', 'where no week lacks one');
select is((backfill_execution_ids(pg_temp.collection())).outcome, 'applied', 'an analyst starts it');
select is((select actor from tracking_events where event = 'id_backfill_started'), pg_temp.user_id('owner')::text,
  'and is named for it');
reset role;
select is(amc_history.count_actionable() > 0, true, 'a worker is woken for it');
select is(pg_temp.read_page(jsonb_build_array(pg_temp.entry('a', 1), pg_temp.entry('b', 2, '{"status": "FAILED"}'))),
  'ended', 'a worker reads the list');
select is(pg_temp.found(), array['matched workflow_id, window a', 'matched workflow_id, window b'],
  'a failed week gets what failed');
select is((select array_agg(distinct actor) from tracking_events where event = 'execution_id_restored'),
  array[pg_temp.user_id('owner')::text], 'whoever asked is the actor of each id');
select pg_temp.sign_in('colleague');
select is((select row(progress, matched, weeks, calls)::text from id_backfill_states), '(1.000,2,2,1)',
  'a viewer reads what came of it');
select is((select count(*) from id_backfill_candidates), 2::bigint, 'and what was found');
select is(pg_temp.refusal('delete from id_backfills where true'), '42501', 'but changes nothing');
select pg_temp.sign_in('other');
select is((select count(*) from id_backfill_states) + (select count(*) from id_backfill_weeks)
  + (select count(*) from id_backfill_candidates), 0::bigint, 'who is no member reads nothing');

select * from finish();
rollback;
