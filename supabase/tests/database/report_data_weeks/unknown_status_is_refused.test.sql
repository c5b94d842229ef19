-- A week has one of the six statuses.
begin;
\ir ../../_shared/three_weeks.psql
select plan(9);

select throws_ok($$ update report_data_weeks set status = 'done', due_at = null where id = pg_temp.week(1) $$, '23514',
  'new row for relation "report_data_weeks" violates check constraint "status_is_known"',
  'an unknown status is refused');
select throws_ok($$ update report_data_weeks set status = 'Completed', due_at = null where id = pg_temp.week(1) $$,
  '23514', null,
  'another spelling of a known one is refused');
select throws_ok($$ update report_data_weeks set status = null where id = pg_temp.week(1) $$, '23502', null,
  'null is refused');
select lives_ok(format('update report_data_weeks set status = %L, due_at = null where id = pg_temp.week(1)', status),
  status || ' is known')
from unnest(array['pending', 'running', 'completed', 'failed', 'skipped', 'cancelled']) status;

select * from finish();
rollback;
