-- A due week sends one request to the function collect, with the schedule's key.
begin;
\ir ../../_shared/schedule.psql
select plan(3);

select pg_temp.start_collection(weeks => 3);

select is(amc_history.dispatch_collect(), 1, 'a due week sends one request');
select is((select array_agg(concat_ws(' ', method, url, headers ->> 'apikey', headers ->> 'Content-Type',
  convert_from(body, 'UTF8'),
    timeout_milliseconds)) from net.http_request_queue),
  array['POST http://project.test/functions/v1/collect sb_secret_for_a_test application/json {} 5000'],
  'to the function collect, with the key');
select is((select status from report_data_weeks where id = pg_temp.week(1)), 'pending', 'it changes nothing itself');

select * from finish();
rollback;
