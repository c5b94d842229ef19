-- An instance for which claiming fails is set aside with its reason, and the others are served.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

select pg_temp.start_collection(weeks => 1, instance => 'amcpgtap2');
create function pg_temp.fail() returns trigger language plpgsql as $$ begin raise exception 'broken'; end; $$;
create trigger fail before insert on week_attempts for each row when (new.instance_id = 'amcpgtap1')
  execute function pg_temp.fail();
set local role service_role;

select results_eq('select instance_id from claim_due_weeks(10)', array['amcpgtap2'], 'the other instance is served');
select results_eq($$ select kind, subject, instance_id, source, words from stoppages $$,
  $$ values ('job', 'claim_due_weeks/amcpgtap1', 'amcpgtap1', 'postgres', 'broken') $$, 'the failure is recorded');
select ok(not amc_history.has_claimable_week('amcpgtap1'), 'it is left alone for a while');
reset role;
drop trigger fail on week_attempts;
set local role service_role;
select is((select count(*) from claim_due_weeks(10)), 0::bigint, 'that is the same for a claim');
set local amc_history.clock = '2025-03-03T12:01:00Z';
select is((select count(*) from claim_due_weeks(10)), 3::bigint, 'then it is served again');
select is((select count(*) from stoppages where ended_at is null), 0::bigint, 'and is held up no more');

select * from finish();
rollback;
