-- Where several executions fit a week, an analyst chooses one of them.
begin;
\ir ../../_shared/id_backfills.psql
select plan(13);

select pg_temp.lose_id(1);
select pg_temp.lose_id(2);
insert into amc_instance_members (instance_id, user_id, role) values
  ('amcpgtap1', pg_temp.user_id('colleague'), 'viewer');
select pg_temp.search(pg_temp.entry('a', 1), pg_temp.entry('b', 1),
  pg_temp.entry('skipped-1', 2, '{"is_readable": false}'), pg_temp.entry('c', 2, '{"created_at": null}'));
select is(pg_temp.found(), array['ambiguous several_fit', 'not_provable created_at; id'], 'nothing is certain');

create function pg_temp.choose(n integer, execution text) returns text language sql as
  $$ select concat_ws(' ', outcome, reason, weeks) from choose_execution(pg_temp.week(n), execution) $$;
grant execute on all functions in schema pg_temp to authenticated;
select pg_temp.sign_in('colleague');
select is(pg_temp.refusal(format('select choose_execution(%L, %L)', pg_temp.week(1), 'a')), 'PT403 role_too_low',
  'a viewer chooses nothing');
select pg_temp.sign_in('owner');
select is(pg_temp.refusal(format('select choose_execution(%L, %L)', gen_random_uuid(), 'a')), 'PT404 week_not_found',
  'nor is there a week that nobody knows');
select is(pg_temp.choose(1, 'c'), 'rejected not_a_candidate 0', 'not an execution of another week');
select is(pg_temp.choose(2, 'skipped-1'), 'rejected not_a_candidate 0', 'nor an entry without an id');
select is(pg_temp.choose(1, 'b'), 'applied 1', 'one of those that fit');
select is(pg_temp.choose(1, 'b'), 'already_applied 0', 'once');
select is(pg_temp.choose(1, 'a'), 'rejected week_has_an_execution 0', 'and no other after it');
select is(pg_temp.choose(2, 'c'), 'applied 1', 'one that may be its, whose word the analyst''s is');
select is(pg_temp.found(), array['matched chosen b', 'matched chosen c'], 'the search shows it');
select is((select array_agg(actor || ' ' || execution_id order by execution_id) from tracking_events
  where event = 'execution_id_restored'), array[pg_temp.user_id('owner') || ' b', pg_temp.user_id('owner') || ' c'],
  'and who chose');
reset role;
select throws_ok(format('update report_data_weeks set execution_id = null where id = %L', pg_temp.week(1)), '23514',
  null, 'the id is not erased again');
select is((select count(*) from id_backfills where ended_at is null), 0::bigint, 'nothing is left open');

select * from finish();
rollback;
