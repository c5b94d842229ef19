-- An execution has one complete load.
begin;
\ir ../../_shared/loading.psql
select plan(4);

select pg_temp.run_week(1, 'exec-1', 'SUCCEEDED');
do $$
begin
  perform amc_history.begin_load(pg_temp.attempt(1), 1, array['campaign', 'clicks']);
  perform pg_temp.finish_load(pg_temp.load_id(), pg_temp.attempt(1), 1);
end;
$$;

select throws_ok($$ select amc_history.finish_load(load_id => pg_temp.load_id(), attempt_id => pg_temp.attempt(1),
  fence => 1) $$, 'AH001', null, 'a complete load is not finished again');
select throws_ok($$ insert into result_loads (execution_id, fence, table_name, header, complete, completed_at, summary,
  checksum)
    values ('exec-1', 9, 't', '{a}', true, now(), '{}', 'c') $$, '23505',
  'duplicate key value violates unique constraint "one_complete_load_per_execution"',
  'a second complete one is refused');
select throws_ok($$ update result_loads set complete = false where id = pg_temp.load_id() $$, '23514', null,
  'complete is dated');
select throws_ok($$ update result_loads set summary = null where id = pg_temp.load_id() $$, '23514', null,
  'complete has a summary');

select * from finish();
rollback;
