-- What a check tells of the query is every member's; the parameters, collection and week it was tried with are not.
begin;
\ir ../../_shared/checks.psql
select plan(5);

do $$ begin
  perform amc_history.add_member('amcpgtap1', pg_temp.user_id('colleague')::text);
  perform claim_workflow_checks();
end $$;
select hasnt_column('public', 'workflow_checks', 'parameter_values', 'the parameters that were sent are not kept');

select pg_temp.sign_in('colleague');
select is((select array_agg(concat_ws(' ', kind, state)) from workflow_checks), array['dry_run intended'],
  'another member reads the check');
select is(pg_temp.refusal('select collection_id from workflow_checks'), '42501', 'not whose collection it was');
select is(pg_temp.refusal('select week_id from workflow_checks'), '42501', 'nor which week');
select is(pg_temp.refusal('select count(*) from workflow_checks where collection_id is not null'), '42501',
  'nor can it be guessed');

select * from finish();
rollback;
