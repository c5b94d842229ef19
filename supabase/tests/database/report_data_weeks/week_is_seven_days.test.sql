-- A week has seven days.
begin;
\ir ../../_shared/three_weeks.psql
select plan(5);

delete from report_data_weeks where id = pg_temp.week(3);

select throws_ok(format($$ insert into report_data_weeks (collection_id, week_start_date, week_end_date)
    values (pg_temp.collection(), '2025-01-20', %L) $$, last_day), '23514', null,
    'a week until ' || last_day || ' is refused')
from unnest(array['2025-01-25', '2025-01-27', '2025-01-20']) last_day;
select lives_ok($$ insert into report_data_weeks (collection_id, week_start_date, week_end_date)
    values (pg_temp.collection(), '2025-01-20', '2025-01-26') $$, 'seven days are a week');
alter table report_data_weeks disable trigger forbid_misplaced_week;
select throws_ok($$ update report_data_weeks set week_end_date = week_end_date + 1 where id = pg_temp.week(1) $$,
  '23514',
  'new row for relation "report_data_weeks" violates check constraint "week_is_seven_days"',
  'the constraint alone refuses eight days');

select * from finish();
rollback;
