-- A collection goes on while an analyst or admin stands behind it; else nothing of it begins until somebody does.
begin;
\ir ../../_shared/three_weeks.psql
select plan(33);

insert into amc_instance_members (instance_id, user_id, role) values
  ('amcpgtap1', pg_temp.user_id('colleague'), 'admin'), ('amcpgtap1', pg_temp.user_id('other'), 'viewer');
-- The state and code of the collection, what it waits for, and how many weeks may begin.
create function pg_temp.standing() returns text language sql security definer set search_path = public, extensions as $$
  select concat_ws(' ', s.state, s.code, (select count(*) from amc_history.claimable_weeks('amcpgtap1', 10)))
  from collection_states s where s.collection_id = pg_temp.collection() $$;
create function pg_temp.role(member text, given text) returns void language sql as $$
  update amc_instance_members set role = given where user_id = pg_temp.user_id(member) $$;
create temporary table target on commit drop as select pg_temp.collection() as id, pg_temp.week(3) as week;
grant select on target to authenticated, service_role;
create function pg_temp.call(who text, name text) returns text language plpgsql as $$
declare
  answer public.control_report;
  refusal text;
begin
  perform pg_temp.sign_in(who);
  execute format('select * from %I((select id from target))', name) into answer;
  perform set_config('role', 'none', true);
  return concat_ws(' ', answer.outcome, answer.reason);
exception
  when others then
    get stacked diagnostics refusal = pg_exception_detail;
    perform set_config('role', 'none', true);
    return refusal;
end;
$$;

select is(pg_temp.standing(), 'waiting 3', 'whoever started it stands behind it');
do $$ begin perform pg_temp.run_week(1, 'exec-1'); end $$;

-- Who asked leaves.
delete from amc_instance_members where user_id = pg_temp.user_id('owner');
select is(pg_temp.standing(), 'held nobody_stands_behind 0', 'without that person nothing of it begins');
select is((select concat_ws(' ', kind, code, source, retry_at) from stoppages where ended_at is null),
  'standing nobody_stands_behind amc_history', 'which waits for a person');
select is((select next_step from collection_states), 'An analyst or admin of the instance calls take_over_collection.',
  'and says what one can do');
select is(pg_temp.open_alerts(), array['held_up'], 'an alert tells it');
select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'a claim takes none');
do $$
begin
  perform pg_temp.complete_load('exec-1');
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{}', 'exec-1');
end;
$$;
select is(pg_temp.weeks(), array['completed', 'pending due', 'pending due'], 'what ran at AMC is collected');

-- Who may take it over.
select is(pg_temp.call('owner', 'take_over_collection'), 'collection_not_found', 'not who left');
select is(pg_temp.call('other', 'take_over_collection'), 'role_too_low', 'not a viewer');
select is(pg_temp.standing(), 'held nobody_stands_behind 0', 'nothing changed');
select is(pg_temp.call('colleague', 'take_over_collection'), 'applied', 'an admin does');
select is(pg_temp.standing(), 'running 2', 'and it goes on');
select is(pg_temp.open_alerts(), null, 'the alert is resolved');
select is(pg_temp.call('colleague', 'take_over_collection'), 'already_applied', 'once');
select is((select concat_ws(' ', event, actor = pg_temp.user_id('colleague')::text) from tracking_events
  where event = 'collection_taken_over'), 'collection_taken_over t', 'an event says who');
select pg_temp.sign_in('other');
select is((select array_agg(user_id order by user_id) from collection_backers),
  array[pg_temp.user_id('owner'), pg_temp.user_id('colleague')], 'members see who stands, or stood, behind it');
reset role;

-- A role that does not suffice, and one that is given back.
do $$ begin perform pg_temp.role('other', 'admin'); perform pg_temp.role('colleague', 'viewer'); end $$;
select is(pg_temp.standing(), 'held nobody_stands_behind 0', 'a viewer stands behind nothing');
do $$ begin perform pg_temp.role('colleague', 'analyst'); end $$;
select is(pg_temp.standing(), 'running 2', 'an analyst does, as soon as the role is given back');
insert into amc_instance_members (instance_id, user_id, role) values
  ('amcpgtap1', pg_temp.user_id('owner'), 'analyst');
delete from amc_instance_members where user_id = pg_temp.user_id('colleague');
select is(pg_temp.standing(), 'running 2', 'who came back stands behind it again');

-- A person's pause stays one.
select is(pg_temp.call('owner', 'pause_collection'), 'applied', 'a person pauses it');
delete from amc_instance_members where user_id = pg_temp.user_id('owner');
select is((select concat_ws(' ', state, next_step) from collection_states), 'paused Call resume_collection.',
  'it is paused, whoever leaves');
select is(pg_temp.call('other', 'take_over_collection'), 'applied', 'somebody takes it over');
select is(pg_temp.standing(), 'paused 0', 'which does not resume it');
select is(pg_temp.call('other', 'resume_collection'), 'applied', 'resume_collection does');
select is(pg_temp.standing(), 'running 2', 'then it goes on');

-- Whoever asks for something of it stands behind it.
delete from collection_backers;
select is(pg_temp.standing(), 'held nobody_stands_behind 0', 'whose accounts are deleted stand behind nothing');
select is(pg_temp.call('other', 'resume_collection'), 'applied', 'resuming counts as taking over');
select is(pg_temp.standing(), 'running 2', 'it goes on');
select is(pg_temp.call('other', 'resume_collection'), 'already_applied', 'once');
delete from collection_backers;
select set_config('request.jwt.claims', '{"role": "service_role"}', true);
set local role service_role;
select is(pg_temp.refusal('select take_over_collection((select id from target))'), 'PT403 user_needed',
  'a secret key is nobody who could stand behind it');
reset role;
do $$ begin perform set_config('request.jwt.claims', '', true); end $$;

-- The watch ends what nothing waits for, and settles again what could not be settled.
update report_data_weeks set status = 'skipped', due_at = null where collection_id = pg_temp.collection();
do $$ begin perform amc_history.watch_standing(); end $$;
select is((select count(*) from stoppages where ended_at is null), 0::bigint, 'nothing is left to begin');
update report_data_collections set restate_weeks = 2;
do $$ begin perform amc_history.settle_standing(array(select id from target)); end $$;
select is((select count(*) from stoppages where ended_at is null and kind = 'standing'), 1::bigint,
  'but a policy would begin something');
select is(pg_temp.call('other', 'cancel_collection'), 'applied', 'a collection that is cancelled waits for nobody');

select * from finish();
rollback;
