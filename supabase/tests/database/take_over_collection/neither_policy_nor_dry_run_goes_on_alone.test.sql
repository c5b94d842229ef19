-- While nobody stands behind a collection its policy restates nothing, and AMC compiles no query for it.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

do $$
begin
  perform pg_temp.complete_week(1, 'exec-1');
  update report_data_collections set restate_weeks = 1, restate_every_days = 1;
  perform set_config('amc_history.clock', '2025-03-06T12:00:00Z', true);
end;
$$;
create function pg_temp.begin_by_themselves() returns text language sql as $$
  select format('%s to restate, %s to check', (select count(*) from amc_history.weeks_to_restate(pg_temp.collection())),
    (select count(*) from amc_history.versions_to_check())) $$;
update amc_workflows set checked_at = null;

select is(pg_temp.begin_by_themselves(), '1 to restate, 1 to check', 'both go on by themselves');
update amc_instance_members set role = 'viewer';
select is(pg_temp.begin_by_themselves(), '0 to restate, 0 to check', 'but not for a collection of viewers');
update amc_instance_members set role = 'analyst';
select is(pg_temp.begin_by_themselves(), '1 to restate, 1 to check', 'who becomes an analyst again lets both go on');

-- Whoever changes the policy stands behind the collection.
insert into amc_instance_members (instance_id, user_id, role) values
  ('amcpgtap1', pg_temp.user_id('colleague'), 'analyst');
delete from amc_instance_members where user_id = pg_temp.user_id('owner');
select is(pg_temp.begin_by_themselves(), '0 to restate, 0 to check', 'an analyst who asked for nothing is not enough');
create temporary table target on commit drop as select pg_temp.collection() as id;
grant select on target to authenticated;
select pg_temp.sign_in('colleague');
select is((set_restatement_policy((select id from target), 1, 2)).outcome, 'applied', 'one who sets the policy');
reset role;
select is(pg_temp.begin_by_themselves(), '1 to restate, 1 to check', 'stands behind it');

select * from finish();
rollback;
