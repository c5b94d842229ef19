-- A version that is held holds every collection of it: each member of its instance sees why, and it stays held when
-- the collection whose week was tried is deleted.
begin;
\ir ../../_shared/checks.psql
select plan(6);

do $$ begin perform amc_history.add_member('amcpgtap1', pg_temp.user_id('colleague')::text); end $$;
set local role service_role;
do $$ begin perform pg_temp.run_dry('dry-1'); end $$;
savepoint refused;
do $$ begin
  perform report_workflow_check(pg_temp.check_id(), 'refused', 'REJECTED', 'x not found');
  perform pg_temp.sign_in('colleague');
end $$;
select is(pg_temp.stoppages(), array['workflow_check query_refused by amc for a person: x not found'],
  'a colleague reads AMC''s words');
reset role;
delete from report_data_collections;
select is(pg_temp.stoppages(), array['workflow_check query_refused by amc for a person: x not found'],
  'the version stays held without the collection');
rollback to refused;
do $$ begin
  perform report_workflow_check(pg_temp.check_id(), 'held_up', null, 'Try again');
  perform pg_temp.sign_in('colleague');
end $$;
select is(pg_temp.stoppages(), array['workflow_check dry_run_unseen by amc: Try again'],
  'as of a dry run that AMC does not show');
rollback to refused;
do $$ begin
  perform report_workflow_check(pg_temp.check_id(), 'lost');
  perform pg_temp.sign_in('colleague');
end $$;
select is((select code from stoppages), 'dry_run_lost', 'and of one whose answer was lost');
reset role;
select is((select count(*) from stoppages where collection_id is not null), 0::bigint, 'it belongs to no collection');
select pg_temp.sign_in('other');
select is(pg_temp.stoppages(), null, 'nobody else sees it');

select * from finish();
rollback;
