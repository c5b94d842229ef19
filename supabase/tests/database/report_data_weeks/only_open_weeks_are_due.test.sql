-- Only a pending, running or completed week can be due.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

select throws_ok(format('update report_data_weeks set status = %L where id = pg_temp.week(1)', status), '23514',
  'new row for relation "report_data_weeks" violates check constraint "only_open_weeks_are_due"',
  'a due week cannot become ' || status)
from unnest(array['failed', 'skipped', 'cancelled']) status;
select lives_ok(format('update report_data_weeks set status = %L, due_at = now() where id = pg_temp.week(1)', status),
  'a week that is ' || status || ' can be due')
from unnest(array['running', 'completed', 'pending']) status;

select * from finish();
rollback;
