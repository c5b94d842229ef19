-- Weeks lie within their collection, on every seventh day.
begin;
\ir ../../_shared/three_weeks.psql
select plan(7);

delete from report_data_weeks where id = pg_temp.week(3);

select throws_ok(format($$ insert into report_data_weeks (collection_id, week_start_date, week_end_date)
    values (pg_temp.collection(), %L, %L::date + 6) $$, first_day, first_day), '23514', null,
    'a week ' || why || ' is refused')
from (values ('2024-12-30', 'before the range'), ('2025-01-27', 'after the range'),
  ('2025-01-14', 'one day off'), ('2025-01-19', 'six days off')) as t(first_day, why);
select throws_ok($$ update report_data_weeks set week_start_date = week_start_date + 1,
  week_end_date = week_end_date + 1
    where id = pg_temp.week(2) $$, '23514', null, 'a week cannot be moved off its place');
select throws_ok($$ insert into report_data_weeks (collection_id, week_start_date, week_end_date)
    values (pg_temp.collection(), '2025-01-13', '2025-01-19') $$, '23505', null, 'a week is there once');
select lives_ok($$ insert into report_data_weeks (collection_id, week_start_date, week_end_date)
    values (pg_temp.collection(), '2025-01-20', '2025-01-26') $$, 'the week that is missing may be added');

select * from finish();
rollback;
