-- A member and an instance have limits of what is open, started in a day and saved; what is beyond has a code.
begin;
\ir ../../_shared/collection.psql
select plan(25);

select pg_temp.connect_instance('amcpgtap1');
select pg_temp.connect_instance('amcpgtap2');
insert into amc_instance_members (instance_id, user_id) values ('amcpgtap1', pg_temp.user_id('colleague'));
do $$
begin
  perform save_workflow('amcpgtap1', 'Weekly', 'select 1');
  perform save_workflow('amcpgtap2', 'Weekly', 'select 1');
end;
$$;
-- Asks for so many weeks; each time of another collection.
create temporary table zones as select name, row_number() over (order by name) as n from pg_timezone_names
  where name ~ '^America/[A-Z][a-z]+$';
create sequence pg_temp.key;
create function pg_temp.start(name text, weeks integer, instance text default 'amcpgtap1') returns text
language sql volatile as $$
  select pg_temp.refusal(format('select start_collection(%L, %L, (select id from amc_workflows where instance_id = %L),
    weeks => %s, time_zone => %L,
      idempotency_key => %L)', pg_temp.user_id(start.name), instance, instance, weeks, z.name,
    z.n)) from (select nextval('pg_temp.key') as n) k join zones z using (n) $$;

update amc_history.allowances set open_weeks_of_member = 5, open_weeks_of_instance = 7;
select is(pg_temp.start('owner', 3), null, 'three weeks');
select is(pg_temp.start('owner', 3), 'PT429 member_has_too_many_open_weeks', 'three more are too many for a member');
select is(pg_temp.start('owner', 3, 'amcpgtap2'), 'PT429 member_has_too_many_open_weeks', 'on any instance');
select is(pg_temp.start('owner', 2, 'amcpgtap2'), null, 'two are not');
select is(pg_temp.start('colleague', 4), null, 'nor are four of another member''s');
select is(pg_temp.start('colleague', 1), 'PT429 instance_has_too_many_open_weeks', 'then the instance is full');
update report_data_weeks set status = 'failed', due_at = null where instance_id = 'amcpgtap1';
select is(pg_temp.start('colleague', 5), null, 'finished weeks are not open');
select is((select count(*) from report_data_collections), 4::bigint, 'what was refused made nothing');
select is((select start_collection(r.requested_by, c.instance_id, c.workflow_id, weeks => 3, time_zone => c.time_zone,
    idempotency_key => r.idempotency_key) ->> 'created'
  from collection_requests r join report_data_collections c on c.id = r.collection_id where r.idempotency_key = '1'),
  'true', 'a request that is repeated is answered, whatever is open');
-- Both ask for the newest weeks of the owner's first collection, and a colleague retries one of it.
create function pg_temp.extend(name text, weeks integer) returns text language sql as $$
  select pg_temp.refusal(format('select start_collection(%L, %L, %L, start_date => %L, end_date => %L,
    time_zone => %L)',
    pg_temp.user_id(extend.name), c.instance_id, c.workflow_id, c.end_date + 1 - 7 * weeks, c.end_date, c.time_zone))
  from report_data_collections c where c.time_zone = (select z.name from zones z where z.n = 1) $$;
select is(pg_temp.extend('owner', 5), null, 'two weeks more of a collection');
select is(pg_temp.extend('colleague', 5), null, 'what is there already is no more, however much one has open');
select is(pg_temp.extend('colleague', 6), 'PT429 member_has_too_many_open_weeks', 'what is not counts for who asks');
select is((select array_agg(concat_ws(' ', u.email, n) order by u.email) from (select requested_by, count(*) as n
    from report_data_weeks where finished_at is null group by 1) w join auth.users u on u.id = w.requested_by),
  array['colleague@pgtap.test 5', 'owner@pgtap.test 4'], 'an open week is whose who asked for it');
do $$ begin perform pg_temp.sign_in('colleague');
  perform retry_week(id) from report_data_weeks where status = 'failed' limit 1; end $$;
reset role;
select is((select count(*) from report_data_weeks where finished_at is null
  and requested_by = pg_temp.user_id('colleague')), 6::bigint, 'or who retried it');
update report_data_weeks set status = 'failed', due_at = null where finished_at is null;
update collection_requests set requested_at = requested_at - interval '2 days';

update amc_history.allowances set open_weeks_of_member = 1000, open_weeks_of_instance = 1000,
  daily_collections_of_member = 1, daily_collections_of_instance = 2;
select is(pg_temp.start('owner', 1), null, 'a request of the owner''s in a day');
select is(pg_temp.start('owner', 1, 'amcpgtap2'), 'PT429 member_day_is_full', 'a second is too many, on any instance');
select is(pg_temp.extend('owner', 5), null, 'one that changes nothing does not count');
select is(pg_temp.start('colleague', 1), null, 'a colleague''s');
update collection_requests set requested_by = pg_temp.user_id('owner') where requested_by =
  pg_temp.user_id('colleague');
select is(pg_temp.start('colleague', 1), 'PT429 instance_day_is_full', 'then the instance has had its two');
set local amc_history.clock = '2025-03-04T12:00:01Z';
select is(pg_temp.start('owner', 1), null, 'a day later it is another day');

update amc_history.allowances set workflows_of_member = 2, workflows_of_instance = 3;
do $$ begin perform pg_temp.sign_in('owner'); end $$;
do $$
begin
  perform save_workflow('amcpgtap1', 'A', 'select 2');
  perform save_workflow('amcpgtap2', 'A', 'select 2');
end;
$$;
select is(pg_temp.refusal($$ select save_workflow('amcpgtap1', 'A', 'select 3') $$),
  'PT429 member_has_too_many_workflows', 'a member saves so many workflows');
select is((save_workflow('amcpgtap1', 'A', 'select 2')).created, false, 'one that is saved is answered as ever');
reset role;
do $$ begin perform pg_temp.sign_in('colleague'); end $$;
select is((save_workflow('amcpgtap1', 'A', 'select 4')).created, true, 'another member saves one');
select is(pg_temp.refusal($$ select save_workflow('amcpgtap1', 'A', 'select 5') $$),
  'PT429 instance_has_too_many_workflows', 'until the instance is full');
select is(pg_temp.refusal($$ insert into amc_workflows (instance_id, name, sql_query)
  values ('amcpgtap1', 'A', 'x') $$),
  'PT429 instance_has_too_many_workflows', 'however it is saved');
reset role;

select * from finish();
rollback;
