-- The same request within ten minutes returns the same collection, without a key too.
begin;
\ir ../../_shared/workflow.psql
select plan(6);

set local role service_role;
create temporary table first on commit drop as
select create_collection(pg_temp.user_id('owner'), 'amcpgtap1', pg_temp.workflow(), weeks => 2,
  parameter_values => '{"brand": "x"}') as made;
set local amc_history.clock = '2025-03-03T12:09:59Z';

select is(create_collection(pg_temp.user_id('owner'), 'amcpgtap1', pg_temp.workflow(), weeks => 2,
  parameter_values => '{"brand": "x"}'), (select made || '{"created": false}' from first),
  'a double click does not collect twice');
select is(create_collection(pg_temp.user_id('owner'), 'amcpgtap1', pg_temp.workflow(), weeks => 2,
  parameter_values => '{"brand": "y"}') ->> 'created', 'true', 'other parameter values are another request');
select is(create_collection(pg_temp.user_id('owner'), 'amcpgtap1', pg_temp.workflow(), weeks => 2,
  parameter_values => '{"brand": "x"}', time_zone => 'Asia/Tokyo') ->> 'created', 'true', 'so is another zone');
do $$ begin update report_data_collections set cancelled_at = amc_history.clock_now()
  where id = (select (made ->> 'collection_id')::uuid from first); end $$;
select is(create_collection(pg_temp.user_id('owner'), 'amcpgtap1', pg_temp.workflow(), weeks => 2,
  parameter_values => '{"brand": "x"}') ->> 'created', 'true', 'a cancelled collection is not answered');
set local amc_history.clock = '2025-03-03T12:19:59Z';
select is(create_collection(pg_temp.user_id('owner'), 'amcpgtap1', pg_temp.workflow(), weeks => 2,
  parameter_values => '{"brand": "x"}') ->> 'created', 'true', 'ten minutes later it is a new request');
reset role;
insert into amc_instance_members (instance_id, user_id) values ('amcpgtap1', pg_temp.user_id('other'));
set local role service_role;
select is(create_collection(pg_temp.user_id('other'), 'amcpgtap1', pg_temp.workflow(), weeks => 2,
  parameter_values => '{"brand": "x"}') ->> 'created', 'true', 'the request of another user is another');

select * from finish();
rollback;
