-- An analyst has a collection kept current, or ends that; how long weeks settle has limits.
begin;
\ir ../../_shared/three_weeks.psql
select plan(25);

insert into amc_instance_members (instance_id, user_id, role) values
  ('amcpgtap1', pg_temp.user_id('colleague'), 'viewer');
create temporary table target on commit drop as select pg_temp.collection() as id;
grant select on target to authenticated;
create function pg_temp.keep(wanted boolean, days integer default null) returns control_report language sql as
  $$ select set_keep_current((select id from target), wanted, days) $$;
create function pg_temp.refused(wanted text) returns text language sql as
  $$ select pg_temp.refusal(format('select set_keep_current((select id from target), %s)', wanted)) $$;

-- Nothing is kept current in what came from elsewhere, by any way.
update report_data_collections set imported_from = 'elsewhere' where true;
select pg_temp.sign_in('owner');
select is(pg_temp.refused('true'), 'PT409 imported_is_not_kept', 'not what came from another system');
select is(pg_temp.refused('true, 30'), 'PT409 imported_is_not_kept', 'nor with other days');
select is(pg_temp.refusal(format('select continue_with(%L, %L)', (select id from target), (select id
  from amc_workflows))), '22023 version_is_the_same', 'nor with the version that it has');
reset role;
select is(pg_temp.refusal('update report_data_collections set keep_current = true where true'),
  'PT409 imported_is_not_kept', 'nor by the database');
update report_data_collections set imported_from = null where true;
-- What lies so far back that it would come in several goes is asked for first.
update report_data_collections set start_date = '2022-01-03', end_date = '2022-01-23' where true;
update amc_workflows set retention_months = 60 where true;
select pg_temp.sign_in('owner');
select is(pg_temp.refused('true'), '22023 catch_up_too_long', 'nor more settled weeks than come at once');
select is(pg_temp.refused('true, 60'), '22023 catch_up_too_long', 'whatever has settled');
reset role;
update report_data_collections set start_date = '2023-12-04', end_date = '2023-12-24' where true;
select is((select (s.last_day - s.first_day + 1) / 7 from report_data_collections c,
  amc_history.settled_if_kept(c, 14) s), 60, 'just as many as come at once');
select is(pg_temp.refusal('select amc_history.check_catch_up(c, 14) from report_data_collections c'), null,
  'are taken');
update report_data_collections set start_date = '2025-01-06', end_date = '2025-01-26' where true;
update amc_workflows set retention_months = null where true;

select pg_temp.sign_in('other');
select is(pg_temp.refused('true'), 'PT404 collection_not_found', 'nobody else');
select pg_temp.sign_in('colleague');
select is(pg_temp.refused('true'), 'PT403 role_too_low', 'nor a viewer');
select pg_temp.sign_in('owner');
select is(pg_temp.refused('true, ' || days), '22023 settle_days_out_of_range', days || ' days')
from unnest(array[1, 61, -5]) days;
select is(pg_temp.keep(true, 30), row('applied', null, 0)::control_report, 'kept current from 30 days after each week');
select is(pg_temp.keep(true), row('already_applied', null, 0)::control_report, 'which a second one leaves as it is');
reset role;
update amc_history.allowances set open_weeks_of_member = 5;
select pg_temp.sign_in('owner');
select is(pg_temp.refused('true, 14'), 'PT429 member_has_too_many_open_weeks',
  'not more weeks at once than one may have');
reset role;
update amc_history.allowances set open_weeks_of_member = 100;
select pg_temp.sign_in('owner');
select is(pg_temp.keep(true, 14), row('applied', null, 3)::control_report, 'less adds what has settled by then');
select is(pg_temp.keep(false), row('applied', null, 0)::control_report, 'and it may end');
reset role;
select is((select kept_by from report_data_collections), pg_temp.user_id('owner'), 'who asked is kept');
select is((select array_agg(detail order by id) from tracking_events where event = 'keep_current_set'
    and actor = pg_temp.user_id('owner')::text), array['{"keep_current": true, "settle_days": 30}',
  '{"keep_current": true, "settle_days": 14}', '{"keep_current": false, "settle_days": 14}']::jsonb[],
  'each with an event');
-- Who has it kept current stands behind it, and it waits once nobody does.
do $$
begin
  insert into amc_instance_members (instance_id, user_id, role) values
    ('amcpgtap1', pg_temp.user_id('other'), 'analyst');
  delete from collection_backers;
  update report_data_weeks set status = 'skipped', due_at = null;
  perform pg_temp.sign_in('other');
end;
$$;
select is(pg_temp.keep(true), row('applied', null, 0)::control_report, 'another analyst has it kept current');
reset role;
select is((select count(*) from stoppages where kind = 'standing' and ended_at is null), 0::bigint,
  'and stands behind it');
delete from amc_instance_members where user_id = pg_temp.user_id('other');
select is((select count(*) from stoppages where kind = 'standing' and ended_at is null), 1::bigint,
  'once they have left it waits, though no week is open');
do $$ begin perform pg_temp.sign_in('owner'); perform cancel_collection((select id from target)); end $$;
select is(pg_temp.keep(true), row('rejected', 'collection_is_cancelled', 0)::control_report, 'not what is cancelled');
reset role;
select throws_ok('update report_data_collections set keep_current = true', '23514', null, 'by no way');

select * from finish();
rollback;
