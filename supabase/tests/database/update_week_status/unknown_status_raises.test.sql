-- An unknown status raises an error before the week is looked for.
begin;
\ir ../../_shared/three_weeks.psql
select plan(8);

set local role service_role;
create temporary table before on commit drop as select * from report_data_weeks where id = pg_temp.week(1);

select throws_ok($$ select update_week_status(pg_temp.collection(), pg_temp.week(1), 'done', '{"rows": 1}',
  'exec-1') $$, '22023',
  'Unknown week status ''done'': expected one of pending, running, completed, failed, skipped, cancelled.',
  'an unknown status raises and lists the valid ones');
select throws_ok(format('select update_week_status(pg_temp.collection(), pg_temp.week(1), %L)', status), '22023', null,
  quote_literal(status) || ' is not a status')
from unnest(array['', 'COMPLETED', 'completed ', 'SUCCEEDED', 'null']) status;
select throws_ok($$ select update_week_status(gen_random_uuid(), gen_random_uuid(), 'done') $$, '22023', null,
  'it comes before the week is looked for');
select results_eq('select * from report_data_weeks where id = pg_temp.week(1)', 'select * from before',
  'nothing changed');

select * from finish();
rollback;
