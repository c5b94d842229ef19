-- The load that a week shows cannot be deleted.
begin;
\ir ../../_shared/results.psql
select plan(3);

do $$
begin
  perform pg_temp.collect(1, 'exec-1');
  perform pg_temp.load(1, 'exec-2', array['campaign'], '[["b"]]');
end;
$$;
select throws_ok($$ delete from result_loads where execution_id = 'exec-1' $$, '23514', null,
  'what a week shows stays');
select lives_ok($$ delete from result_loads where execution_id = 'exec-2' $$, 'what it does not show may go');
select lives_ok($$ delete from report_data_collections $$, 'deleting its collection deletes all of it');

select * from finish();
rollback;
