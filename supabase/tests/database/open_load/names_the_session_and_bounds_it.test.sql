-- A load's session has a name by which a later worker finds it, and limits on its time.
begin;
\ir ../../_shared/segments.psql
select plan(3);

do $$ begin perform amc_history.open_load(pg_temp.load_id(), 2); end $$;

select is((select application_name from pg_stat_activity where pid = pg_backend_pid()),
  'amc-history load ' || pg_temp.load_id() || ' 2', 'the session has the load''s name and the fence');
select is(array[current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout'),
  current_setting('lock_timeout')], array['140s', '140s', '20s'], 'it ends by itself');
select throws_ok('select amc_history.open_load(gen_random_uuid(), 2)', 'AH001', null,
  'a load that is not there is not opened');

select * from finish();
rollback;
