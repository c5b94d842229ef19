-- The same request with the same idempotency key returns the same collection.
begin;
\ir ../../_shared/workflow.psql
select plan(5);

set local role service_role;
create temporary table first on commit drop as select create_collection(pg_temp.user_id('owner'),
  'amcpgtap1', pg_temp.workflow(), weeks => 2, idempotency_key => 'key-1') as made;
set local amc_history.clock = '2025-06-01T00:00:00Z';

select is(create_collection(pg_temp.user_id('owner'), 'amcpgtap1', pg_temp.workflow(), weeks => 2,
  idempotency_key => 'key-1'), (select made || '{"created": false}' from first),
  'the same request with the same key answers the same, also months later');
select is(pg_temp.refusal($$ select create_collection(pg_temp.user_id('owner'), 'amcpgtap1',
  pg_temp.workflow(), weeks => 3, idempotency_key => 'key-1') $$), 'PT422 idempotency_key_reused',
  'another request with the same key is refused');
select is(create_collection(pg_temp.user_id('owner'), 'amcpgtap1', pg_temp.workflow(), weeks => 2,
  idempotency_key => 'key-2') ->> 'created', 'true', 'the same request with another key makes another');
select is((select count(*) from report_data_collections where instance_id = 'amcpgtap1'), 2::bigint, 'there are two');
reset role;
insert into amc_instance_members (instance_id, user_id) values ('amcpgtap1', pg_temp.user_id('other'));
set local role service_role;
select is(create_collection(pg_temp.user_id('other'), 'amcpgtap1', pg_temp.workflow(), weeks => 9,
  idempotency_key => 'key-1')
  ->> 'created', 'true', 'a key is its user''s own');

select * from finish();
rollback;
