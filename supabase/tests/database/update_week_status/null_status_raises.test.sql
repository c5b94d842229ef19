-- A null status raises an error before any other rule.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

set local role service_role;
create temporary table before on commit drop as select * from report_data_weeks where id = pg_temp.week(1);

select throws_ok($$ select update_week_status(pg_temp.collection(), pg_temp.week(1), null, '{"rows": 1}', 'exec-1') $$,
  '22023',
  'Unknown week status null: expected one of pending, running, completed, failed, skipped, cancelled.',
  'a null status raises and lists the valid ones');
select results_eq('select * from report_data_weeks where id = pg_temp.week(1)', 'select * from before',
  'nothing changed');
select is((select count(*) from workflow_executions where week_id = pg_temp.week(1)), 0::bigint,
  'no execution was stored');
select throws_ok($$ select update_week_status(null, null, null) $$, '22023', null, 'it comes before every other rule');

select * from finish();
rollback;
