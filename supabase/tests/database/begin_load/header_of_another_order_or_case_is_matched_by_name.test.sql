-- A header of another order or case than the table's is matched by name, and its cells come under the right names.
begin;
\ir ../../_shared/results.psql
select plan(6);

do $$ begin perform pg_temp.load(1, 'exec-1', array['campaign', 'clicks', 'a', 'A'], '[["x", "1", "p", "q"]]',
  '[{"name": "Campaign", "dataType": "STRING", "columnType": "DIMENSION"},
    {"name": "clicks", "dataType": "LONG", "columnType": "METRIC"}]'); perform pg_temp.show(1, 'exec-1'); end $$;
do $$ begin perform pg_temp.run_week(2, 'exec-2', 'SUCCEEDED'); end $$;

select matches(begun.copy_statement, '^copy amc_results\.\w+ \(' || columns || '\) from', header::text)
from (values (array['clicks', 'campaign', 'a', 'A'], 'clicks, campaign, a, "A"'),
  (array['CLICKS', 'Campaign', 'A', 'a'], 'clicks, campaign, "A", a'),
  (array['a', ' campaign ', 'A', 'Clicks'], 'a, campaign, "A", clicks')) as t(header, columns),
  amc_history.begin_load(pg_temp.attempt(2), 1, header) as begun;
update week_attempts set fence = 2 where id = pg_temp.attempt(2);
select matches((select r.copy_statement from amc_history.resume_load(pg_temp.attempt(2), 2) r),
  '\(a, campaign, "A", clicks\)', 'whoever resumes it copies in the same order');
select is((select array_agg(code) from tracking_alerts), null, 'nobody is asked');
select is((select columns from result_loads where execution_id = 'exec-2'), array['a', 'campaign', 'A', 'clicks'],
  'the load knows its columns');

select * from finish();
rollback;
