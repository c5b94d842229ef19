-- A member and an instance have limits of what is open, started in a day and saved; what is beyond has a code.
begin;
\ir ../../_shared/collection.psql
select plan(18);

select pg_temp.connect_instance('amcpgtap1');
select pg_temp.connect_instance('amcpgtap2');
insert into amc_instance_members (instance_id, user_id) values ('amcpgtap1', pg_temp.user_id('colleague'));
do $$
begin
  perform save_workflow('amcpgtap1', 'Weekly', 'select 1');
  perform save_workflow('amcpgtap2', 'Weekly', 'select 1');
end;
$$;
-- Starts so many weeks; each time another collection.
create sequence pg_temp.key;
create function pg_temp.start(name text, weeks integer, instance text default 'amcpgtap1') returns text
language sql volatile as $$
  select pg_temp.refusal(format('select create_collection(%L, %L, (select id from amc_workflows where instance_id = %L),
    weeks => %s, idempotency_key => %L)', pg_temp.user_id(name), instance, instance, weeks,
    nextval('pg_temp.key')::text)) $$;

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
select is((select (create_collection(c.created_by, c.instance_id, c.workflow_id, weeks => 3, idempotency_key => '1'))
    ->> 'created' from report_data_collections c where c.idempotency_key = '1'), 'false',
  'a request that is repeated is answered, whatever is open');

update amc_history.allowances set open_weeks_of_member = 1000, open_weeks_of_instance = 1000,
  daily_collections_of_member = 3, daily_collections_of_instance = 4;
select is(pg_temp.start('owner', 1), null, 'a third collection of the owner''s in a day');
select is(pg_temp.start('owner', 1, 'amcpgtap2'), 'PT429 member_day_is_full', 'a fourth is too many, on any instance');
select is(pg_temp.start('colleague', 1), 'PT429 instance_day_is_full', 'the instance has four as well');
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
