-- start_collection takes keep_current and settle_days: as set_keep_current would, in one transaction with the start.
begin;
\ir ../../_shared/workflow.psql
select plan(25);

insert into amc_instance_members (instance_id, user_id, role) values
  ('amcpgtap1', pg_temp.user_id('colleague'), 'analyst');
create function pg_temp.ask(arguments text, who text default 'owner') returns jsonb language plpgsql as $$
declare
  answer jsonb;
begin
  execute format('select start_collection(%L, %L, pg_temp.workflow(), %s)', pg_temp.user_id(who), 'amcpgtap1',
    arguments)
  into answer;
  return answer - 'weeks' - 'collection_id';
end;
$$;
create function pg_temp.kept() returns text language sql as $$
  select concat_ws(' ', c.keep_current::text, c.settle_days, c.kept_until, case c.kept_by when pg_temp.user_id('owner')
    then 'owner' when pg_temp.user_id('colleague') then 'colleague' end)
  from report_data_collections c $$;
create function pg_temp.days() returns text language sql as
  $$ select string_agg(to_char(week_start_date, 'MM-DD'), ' ' order by week_start_date) from report_data_weeks $$;
set local role service_role;

select is(pg_temp.ask($$ weeks => 2, keep_current => true $$),
  '{"created": true, "extended": 0, "reopened": 0, "settled": 0}', 'a collection that is kept current from its start');
select is(pg_temp.kept(), 'true 14 owner', 'by who asked, after the usual days');
select is((select array_agg(event || ' ' || actor order by id) from tracking_events where collection_id is not null),
  array['collection_started ' || pg_temp.user_id('owner'), 'keep_current_set ' || pg_temp.user_id('owner')],
  'with an event');
select is(pg_temp.ask($$ weeks => 2, keep_current => true $$),
  '{"created": false, "extended": 0, "reopened": 0, "settled": 0}', 'a second request changes nothing');
select is((select count(*) from tracking_events where event = 'keep_current_set'), 1::bigint, 'and leaves no event');
select is(pg_temp.ask($$ weeks => 2, keep_current => true, settle_days => 14 $$, 'colleague') ->> 'settled', '0',
  'nor one that says the same in other words');
select is(pg_temp.kept(), 'true 14 owner', 'by whomever');
select is(pg_temp.ask($$ weeks => 3 $$, 'colleague') ->> 'extended', '1', 'a request that says nothing of it');
select is(pg_temp.kept(), 'true 14 owner', 'leaves it as it is');
select is(pg_temp.ask($$ weeks => 3, settle_days => 7 $$, 'colleague'),
  '{"created": false, "extended": 0, "reopened": 0, "settled": 1}', 'other days alone change the days');
select is(pg_temp.kept(), 'true 7 2025-02-23 colleague', 'for whoever says so');
select is(pg_temp.days(), '01-27 02-03 02-10 02-17', 'and what has settled by them is added at once');
select is(pg_temp.ask($$ weeks => 3, keep_current => false $$) ->> 'settled', '0', 'false ends it');
select is(pg_temp.kept(), 'false 7 owner', 'the days stay');
select is((select array_agg(detail order by id) from tracking_events where event = 'keep_current_set'),
  array['{"keep_current": true, "settle_days": 14}', '{"keep_current": true, "settle_days": 7}',
    '{"keep_current": false, "settle_days": 7}']::jsonb[], 'each change is an event');

-- From an older range it goes on to now.
select is(pg_temp.ask($$ start_date => '2024-12-30', end_date => '2025-01-12', parameter_values => '{"brand": "x"}',
  keep_current => true $$), '{"created": true, "extended": 0, "reopened": 0, "settled": 5}',
  'an older range and the weeks since');
select is((select count(*) from report_data_weeks w join report_data_collections c on c.id = w.collection_id
  where c.parameter_values <> '{}'), 7::bigint, 'have a week each');
select is((select settled from collection_requests order by id desc limit 1), 5, 'which the request keeps');

-- With a key the same request is answered the same; with another wish it is another request.
select is(pg_temp.ask($$ weeks => 1, keep_current => true, settle_days => 3, parameter_values => '{"brand": "y"}',
  idempotency_key => 'key-1' $$) ->> 'settled', '1', 'with a key');
select is(pg_temp.ask($$ weeks => 1, keep_current => true, settle_days => 3, parameter_values => '{"brand": "y"}',
  idempotency_key => 'key-1' $$) ->> 'settled', '1', 'it is answered the same');
select is(pg_temp.refusal($$ select pg_temp.ask('weeks => 1, keep_current => true,
  parameter_values => ''{"brand": "y"}'', idempotency_key => ''key-1''') $$), 'PT422 idempotency_key_reused',
  'other days are another request');

-- All or nothing.
reset role;
update amc_history.allowances set open_weeks_of_member = (select count(*) + 3 from report_data_weeks
  where finished_at is null and requested_by = pg_temp.user_id('owner'));
set local role service_role;
create temporary table before on commit drop as select pg_temp.days() as days;
select is(pg_temp.refusal($$ select pg_temp.ask('start_date => ''2025-01-06'', end_date => ''2025-01-12'',
  keep_current => true, parameter_values => ''{"brand": "z"}''') $$), 'PT429 member_has_too_many_open_weeks',
  'the limits count the weeks that are asked for with those that have settled since');
select is(pg_temp.refusal($$ select pg_temp.ask('weeks => 1, keep_current => true, settle_days => 61') $$),
  '22023 settle_days_out_of_range', 'days have limits');
select is(pg_temp.days(), (select days from before), 'nothing of a refused request stays');
reset role;
do $$ begin perform save_workflow('amcpgtap1', 'Weekly campaigns', 'select 2', '[]'); end $$;
update report_data_collections set keep_current = true where parameter_values = '{}';
set local role service_role;
select is(pg_temp.refusal(format('select start_collection(%L, %L, %L, weeks => 1, keep_current => true)',
  pg_temp.user_id('owner'), 'amcpgtap1', (select id from amc_workflows where sql_query = 'select 2'))),
  'PT409 another_version_kept_current', 'one version of a query is kept current');

select * from finish();
rollback;
