-- Completing a week clears the error of an earlier try.
begin;
\ir ../../_shared/three_weeks.psql
select plan(1);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
do $$
begin
  update report_data_weeks set error_code = 'download', error_message = 'A link was gone.' where id = pg_temp.week(1);
  perform pg_temp.complete_load('exec-1');
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{}', 'exec-1');
end;
$$;

select results_eq('select status, error_code, error_message from report_data_weeks where id = pg_temp.week(1)',
  $$ values ('completed', null::text, null::text) $$, 'a completed week shows no error of an earlier try');

select * from finish();
rollback;
