-- pg_cron has a job for each periodic task, and each job's command runs.
begin;
\ir ../../_shared/setup.psql
select plan(9);

select results_eq($$ select jobname::text, schedule, command,
  active from cron.job where jobname like 'amc-history-%' order by 1 $$,
  $$ values ('amc-history-check', '* * * * *', 'select amc_history.check_cells()', true),
    ('amc-history-collect', '* * * * *', 'select amc_history.dispatch_collect()', true),
    ('amc-history-delete', '* * * * *', 'select amc_history.delete_dropped_rows()', true),
    ('amc-history-keep', '7 * * * *', 'select amc_history.keep_collections_current()', true),
    ('amc-history-prune', '41 * * * *', 'select amc_history.prune_versions()', true),
    ('amc-history-purge', '17 * * * *', 'select amc_history.purge_history()', true),
    ('amc-history-restate', '23 * * * *', 'select amc_history.open_restatements()', true),
    ('amc-history-watch', '* * * * *', 'select amc_history.watch()', true) $$,
  'collecting, watching, checking and deleting run each minute, the others each hour');
select lives_ok(command, 'its command runs: ' || command) from cron.job where jobname like 'amc-history-%'
  order by jobname;

select * from finish();
rollback;
