-- A file whose header differs from the table's is refused.
begin;
\ir ../../_shared/loading.psql
select plan(6);

select pg_temp.run_week(1, 'exec-1', 'SUCCEEDED');
do $$ begin perform amc_history.begin_load(pg_temp.attempt(1), 1, array['campaign', 'clicks']); end $$;

select throws_ok(format('select amc_history.begin_load(pg_temp.attempt(1), 1, %L)', header), 'AH002',
  format('The header of workflow %s changed: %s. Expected campaign, clicks; got %s.',
    (select workflow_id from report_data_collections where id = pg_temp.collection()), change,
    array_to_string(header, ', ')),
  regexp_replace(change, ' .*', '') || ': ' || header::text || ' is refused, and what changed is said')
from (values (array['campaign'], 'removed clicks'),
  (array['clicks', 'campaign'], 'moved clicks from place 2 to 1, campaign from place 1 to 2'),
  (array['campaign', 'clicks', 'sales'], 'added sales'),
  (array['Campaign', 'clicks'], 'added "Campaign"; removed campaign')) as t(header, change);
select lives_ok($$ select amc_history.begin_load(pg_temp.attempt(1), 1, array['campaign', 'clicks']) $$,
  'the same header is taken');
select is((select count(*) from amc_history.result_tables t join report_data_collections c using (workflow_id)
  where c.id = pg_temp.collection()),
  1::bigint, 'there is one table');

select * from finish();
rollback;
