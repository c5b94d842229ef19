-- However many results of one instance or collection wait, those of others are loaded in turn.
begin;
\ir ../../_shared/collection.psql
select plan(5);

-- Of one instance two collections, of six weeks and of one; and of two other instances one of a week each.
do $$
begin
  perform pg_temp.start_collection(6);
  perform pg_temp.start_collection(1, first_day => '2025-02-17', key => 'small');
  perform pg_temp.start_collection(1, instance => 'amcpgtap2');
  perform pg_temp.start_collection(1, instance => 'amcpgtap3');
  perform record_execution(t.attempt_id, t.execution, '{"status": "SUCCEEDED"}') from (
    select c.attempt_id, concat_ws('-', c.instance_id, case w.collection_id when pg_temp.collection() then 'big' else
      'small' end, w.week_start_date) as execution
    from claim_due_weeks(20) c join report_data_weeks w on w.id = c.week_id) t;
  -- The large collection's have waited longest.
  update week_attempts a set intended_at = a.intended_at + (w.week_start_date - date '2025-01-01') * interval '1 second'
    + right(a.instance_id, 1)::integer * interval '1 minute'
    - case when w.collection_id = pg_temp.collection() then interval '1 hour' else interval '0' end
  from report_data_weeks w where w.id = a.week_id;
end;
$$;
-- What the next call claims, each as instance and collection.
create function pg_temp.claims(n integer) returns text[] language sql as $$
  select array_agg(left(execution_id, -11) order by execution_id) from claim_loads(n) $$;
create function pg_temp.later() returns void language sql as $$
  select set_config('amc_history.clock', (amc_history.clock_now() + interval '1 second')::text, true) $$;

select is(pg_temp.claims(2), array['amcpgtap1-big', 'amcpgtap2-small'], 'one of each of two instances');
select pg_temp.later();
select is(pg_temp.claims(2), array['amcpgtap1-small', 'amcpgtap3-small'],
  'the third instance, and of the first its other collection');
select pg_temp.later();
select is(pg_temp.claims(2), array['amcpgtap1-big', 'amcpgtap1-big'], 'then what is left');
select is((select count(*) from amc_history.load_turns), 4::bigint, 'each collection''s turn is known');
select pg_temp.later();
select is((select array_agg(right(execution_id, 10) order by execution_id) from claim_loads(9)),
  array['2025-01-27', '2025-02-03', '2025-02-10'], 'oldest first');

select * from finish();
rollback;
