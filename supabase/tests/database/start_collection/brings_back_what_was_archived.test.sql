-- An archived collection starts nothing, and comes back when it is resumed, or when somebody asks for its weeks.
begin;
\ir ../../_shared/three_weeks.psql
select plan(25);

create function pg_temp.ask() returns text language sql as $$
  select concat_ws(' ', a ->> 'created', a ->> 'extended', a ->> 'reopened') from (
    select start_collection(pg_temp.user_id('owner'), 'amcpgtap1', workflow_id,
      start_date => '2025-01-06', end_date => '2025-01-26') as a from report_data_collections) s $$;
create function pg_temp.state() returns text language sql as
  $$ select concat_ws(' ', p.status, s.state, s.next_step) from collection_progress p
     join collection_states s using (collection_id) $$;
do $$ begin perform pg_temp.run_week(1, 'exec-1', 'RUNNING'); end $$;

do $$ begin perform pg_temp.sign_in('owner'); end $$;
select is(archive_collection(pg_temp.collection()), row('applied', null, 2)::control_report, 'it is archived');
select is(archive_collection(pg_temp.collection()), row('already_applied', null, 0)::control_report, 'once');
select is(pause_collection(pg_temp.collection()), row('already_applied', null, 0)::control_report,
  'which is a pause already');
reset role;
select is(pg_temp.state(), 'archived archived Call resume_collection, or ask for its weeks again.', 'it is shown so');
select is((select since from collection_states), amc_history.clock_now(), 'since when');
select is(pg_temp.weeks(), '{running,"pending held","pending held"}', 'its weeks are held');
select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'none begins');
do $$ begin perform record_observation('exec-1', '{"id": "exec-1", "status": "SUCCEEDED"}'); end $$;
select is((select array_agg(execution_id) from claim_loads(10)), array['exec-1'], 'what runs is collected');

savepoint archived;
do $$ begin perform pg_temp.sign_in('owner'); end $$;
select is(resume_collection(pg_temp.collection()), row('applied', null, 2)::control_report, 'it is resumed');
reset role;
select is(pg_temp.state(), 'running running', 'and runs');
rollback to archived;
select is(pg_temp.ask(), 'false 0 0', 'or somebody asks for its weeks');
select is(pg_temp.state(), 'running running', 'and it runs');
select is(pg_temp.weeks(), '{running,"pending due","pending due"}', 'its weeks are due');
select is((select count(*) from tracking_events where event = 'collection_reopened'
  and actor = pg_temp.user_id('owner')::text), 1::bigint, 'which is an event');
select is(pg_temp.ask(), 'false 0 0', 'the next request');
select is((select count(*) from tracking_events where event = 'collection_reopened'), 1::bigint, 'is none');

-- Cancelled and then archived.
rollback to archived;
do $$
begin
  perform pg_temp.sign_in('owner');
  perform cancel_collection(pg_temp.collection());
end;
$$;
select is(archive_collection(pg_temp.collection()), row('already_applied', null, 0)::control_report,
  'a cancelled one stays archived');
select is((resume_collection(pg_temp.collection())).reason, 'collection_is_cancelled', 'it is not resumed');
reset role;
select is(pg_temp.ask(), 'false 0 3', 'who asks for its weeks brings it back');
select is(pg_temp.state(), 'running running', 'and it runs');

-- Who may.
do $$ begin perform pg_temp.sign_in('colleague'); end $$;
select is(pg_temp.refusal(format('select %s', call)), 'PT404 collection_not_found', call || ': no member')
from (values ('archive_collection(pg_temp.collection())'), ($$rename_collection(pg_temp.collection(), 'x')$$)) t(call);
reset role;
insert into amc_instance_members (instance_id, user_id, role) values ('amcpgtap1', pg_temp.user_id('colleague'),
  'viewer');
do $$ begin perform pg_temp.sign_in('colleague'); end $$;
select is(pg_temp.refusal(format('select %s', call)), 'PT403 role_too_low', call || ': a viewer')
from (values ('archive_collection(pg_temp.collection())'), ($$rename_collection(pg_temp.collection(), 'x')$$)) t(call);
reset role;
select is((select count(*) from tracking_events where event = 'collection_archived'
  and actor = pg_temp.user_id('owner')::text), 1::bigint, 'archiving is an event with its actor');

select * from finish();
rollback;
