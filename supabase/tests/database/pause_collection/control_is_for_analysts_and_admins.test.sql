-- Analysts and admins of its instance control a collection and its weeks; viewers are told so, others see none.
begin;
\ir ../../_shared/three_weeks.psql
select plan(22);

insert into amc_instance_members (instance_id, user_id, role) values
  ('amcpgtap1', pg_temp.user_id('colleague'), 'viewer');
create temporary table target on commit drop as select pg_temp.collection() as collection_id,
  pg_temp.week(1) as week_id;
grant select on target to authenticated;
do $$ begin perform update_week_status(pg_temp.collection(), pg_temp.week(2), 'completed', '{}'); end $$;
create temporary table request on commit drop as
select f, argument from (values ('pause_collection', 'collection_id'), ('resume_collection', 'collection_id'),
  ('cancel_collection', 'collection_id'),
  ('retry_failed_weeks', 'collection_id'), ('retry_week', 'week_id'), ('restate_week', 'week_id')) as t(f, argument);
grant select on request to authenticated;

select pg_temp.sign_in('other');
select is(pg_temp.refusal(format('select %s((select %s from target))', f, argument)),
  format('PT404 %s_not_found', split_part(argument, '_', 1)), f || ' is refused to another user')
from request;
select is(pg_temp.refusal('select pause_collection(gen_random_uuid())'), 'PT404 collection_not_found',
  'which reads like one that is not there');
select is(pg_temp.refusal('select retry_week(gen_random_uuid())'), 'PT404 week_not_found', 'nor is there such a week');
reset role;
select pg_temp.sign_in('colleague');
select is(pg_temp.refusal(format('select %s((select %s from target))', f, argument)), 'PT403 role_too_low',
  f || ' is refused to a viewer')
from request;
reset role;
select is(pg_temp.weeks(), array['pending due', 'completed', 'pending due'], 'nothing changed');
update amc_instance_members set role = 'analyst' where user_id = pg_temp.user_id('colleague');
select pg_temp.sign_in('colleague');
select is((pause_collection((select collection_id from target))).outcome, 'applied',
  'an analyst controls what somebody else started');
reset role;
set local role anon;
select throws_ok(format('select %s(gen_random_uuid())', f), '42501', null, f || ' is closed without a user')
from unnest(array['pause_collection', 'resume_collection', 'cancel_collection', 'retry_failed_weeks', 'retry_week',
  'restate_week']) f;

select * from finish();
rollback;
