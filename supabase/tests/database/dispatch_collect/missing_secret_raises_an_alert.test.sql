-- Without the project's address or key nothing is sent, and an alert says what to store.
begin;
\ir ../../_shared/schedule.psql
select plan(6);

select pg_temp.start_collection(weeks => 3);
delete from vault.secrets where name = 'amc_history_cron_key';

select is(amc_history.dispatch_collect(), 0, 'without the key nothing is sent');
delete from vault.secrets where name = 'amc_history_project_url';
select is(amc_history.dispatch_collect(), 0, 'nor without the address');
select is(pg_temp.requests(), 0::bigint, 'no request is there');
select results_eq($$ select times, message like '%amc_history_project_url%amc_history_cron_key%' from tracking_alerts
    where code = 'schedule_not_configured' and resolved_at is null $$, $$ values (2, true) $$,
    'an alert says what to store');
do $$
begin
  perform vault.create_secret('http://project.test', 'amc_history_project_url');
  perform vault.create_secret('sb_secret_for_a_test', 'amc_history_cron_key');
end;
$$;
select is(amc_history.dispatch_collect(), 1, 'once both are there');
select is((select count(*) from tracking_alerts where code = 'schedule_not_configured' and resolved_at is null),
  0::bigint,
  'the alert is resolved');

select * from finish();
rollback;
