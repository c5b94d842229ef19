-- tracking_figures adds up what collecting came to in a period, per instance and in all.
begin;
\ir ../../_shared/three_weeks.psql
select plan(22);

create function pg_temp.at(at time) returns text language sql as
  $$ select set_config('amc_history.clock', format('2025-03-03T%sZ', at), true) $$;
create function pg_temp.week_of_two(n integer) returns uuid language sql as $$
  select id from report_data_weeks where instance_id = 'amcpgtap2' order by week_start_date offset n - 1 limit 1 $$;
create function pg_temp.other_collection() returns uuid language sql as
  $$ select id from report_data_collections where instance_id = 'amcpgtap2' $$;

-- amcpgtap1: two weeks take 10 and 30 minutes, another system completes the third without an execution.
-- amcpgtap2: one week fails with an id that is none, one runs, one waits.
do $$
begin
  perform pg_temp.run_week(1, 'exec-1'), pg_temp.run_week(2, 'exec-2');
  perform update_week_status(pg_temp.collection(), pg_temp.week(3), 'completed', '{}');
  perform pause_instance('amcpgtap1', 'throttled', 600);
  perform pg_temp.start_collection(3, instance => 'amcpgtap2');
  perform update_week_status(pg_temp.other_collection(), pg_temp.week_of_two(1), 'failed', null, 'no id!');
  if (select array_agg(week_id) from claim_due_weeks(1)) <> array[pg_temp.week_of_two(2)] then
    raise exception 'Expected the second week of amcpgtap2 to be claimed.';
  end if;
  perform pg_temp.at('12:05'), pause_instance('amcpgtap1', 'quota', 600);
  perform pg_temp.at('12:10'), pg_temp.complete_load('exec-1');
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'completed', '{"rows": 1}', 'exec-1');
  perform pg_temp.at('12:30'), pg_temp.complete_load('exec-2');
  perform update_week_status(pg_temp.collection(), pg_temp.week(2), 'completed', '{"rows": 1}', 'exec-2');
  update amc_instances set running_elsewhere = 2 where id = 'amcpgtap1';
  update workflow_executions set adopted = true where id = 'exec-2';
  insert into tracking_events (event, instance_id) values ('duplicate_execution', 'amcpgtap1'),
    ('create_unknown', 'amcpgtap1'), ('create_unknown', 'amcpgtap2'), ('late_execution', 'amcpgtap2');
  perform pg_temp.at('13:00');
end;
$$;
create temporary view hour as select * from tracking_figures('2025-03-03T12:00Z', '2025-03-03T13:00Z');

select results_eq('select instance_id, weeks_by_state from hour', $$values
  ('amcpgtap1', '{"empty": 2, "reported": 1}'::jsonb), ('amcpgtap2', '{"failed": 1, "running": 1, "waiting": 1}'),
  (null, '{"empty": 2, "reported": 1, "failed": 1, "running": 1, "waiting": 1}')$$, 'weeks by state');
select results_eq('select completed, failed, success_rate from hour',
  'values (3, 0, 0.6667), (0, 1, 0.0000), (3, 1, 0.5000)', 'success counts completed weeks that are tracked');
select results_eq('select completed_untracked, null_rate from hour',
  'values (1, 0.3333), (0, null), (1, 0.3333)', 'completed weeks without an execution id');
select is((select array_agg(tracking_failures order by instance_id) from hour), array['{"create_unknown": 1}',
  '{"create_unknown": 1, "late_execution": 1, "malformed_execution_id": 1}',
  '{"create_unknown": 2, "late_execution": 1, "malformed_execution_id": 1}']::jsonb[], 'tracking failures by reason');
select results_eq('select adopted_executions, duplicate_executions, throttles from hour',
  'values (1, 1, 1), (0, 0, 0), (1, 1, 1)', 'adopted executions, duplicates and throttles');
select results_eq('select paused_seconds from hour', 'values (900.0), (0), (900.0)',
  'pauses that overlap count once');
select is((select array_agg(oldest_due_seconds order by instance_id) from hour), array[null, 3600, 3600]::numeric[],
  'how long the oldest week has been due');
select results_eq('select seconds_p50, seconds_p95 from hour',
  'values (1200.000, 1740.000), (null, null), (1200.000, 1740.000)', 'from start to result');
select results_eq('select slots, slots_taken, slots_elsewhere from hour',
  'values (10, 0, 2), (10, 1, 0), (20, 1, 2)', 'slots and who has them');

select is((select array[completed, paused_seconds] from tracking_figures('2025-03-03T12:05Z', '2025-03-03T12:20Z',
  'amcpgtap1')), array[1, 600]::numeric[],
  'a pause that began before the period counts from its start, and a week by its end');
select is((select count(*) from tracking_figures('2025-03-03T12:05Z', '2025-03-03T12:20Z', 'amcpgtap1')), 1::bigint,
  'one instance alone has no row of all');
select is((select array[completed, failed] from tracking_figures('2025-03-03T11:00Z', '2025-03-03T12:00Z')
  where instance_id is null), array[0, 0], 'nothing came before');
select is((select array[success_rate, null_rate] from tracking_figures('2025-03-03T11:00Z', '2025-03-03T12:00Z')
  where instance_id is null), array[null, null]::numeric[], 'of nothing there is no rate');
select is((select jsonb_build_array(weeks_by_state, completed, success_rate) from tracking_figures('-infinity',
  'infinity') where instance_id is null), (select jsonb_build_array(weeks_by_state, completed, success_rate)
  from hour where instance_id is null), 'the whole time is a period');
update report_data_collections set paused_at = amc_history.clock_now() where instance_id = 'amcpgtap2';
select is((select oldest_due_seconds from hour where instance_id is null), null, 'what is paused is not due');
select is(pg_temp.refusal($$select * from tracking_figures('2025-03-03', '2025-03-03')$$), '22023 period_not_valid',
  'an empty period is refused');
select is(pg_temp.refusal($$select * from tracking_figures(null, now())$$), '22023 period_not_valid',
  'so is one without a start');

insert into amc_instance_members (instance_id, user_id) values ('amcpgtap1', pg_temp.user_id('colleague'));
select pg_temp.sign_in('colleague');
select is((select array_agg(concat_ws(' ', instance_id, completed, failed)) from tracking_figures('2025-03-03T12:00Z',
  '2025-03-03T13:00Z')), array['amcpgtap1 3 0', '3 0'], 'a member has the figures of their instances');
select is(pg_temp.refusal($$select * from tracking_figures('2025-03-03', '2025-03-04', 'amcpgtap2')$$),
  'PT404 instance_not_found', 'and no others');
select pg_temp.sign_in('other');
select is((select array_agg(concat_ws(' ', instance_id, completed, failed, slots)) from
  tracking_figures('2025-03-03T12:00Z', '2025-03-03T13:00Z')), array['0 0 0'], 'who is no member has nothing');
reset role;
do $$ begin perform set_config('request.jwt.claims', '{"role": "authenticated"}', true); end $$;
set local role authenticated;
select is((select slots from tracking_figures('2025-03-03T12:00Z', '2025-03-03T13:00Z')), 0,
  'a token without a user has nothing');
reset role;
do $$ begin perform set_config('request.jwt.claims', '{"role": "service_role"}', true); end $$;
set local role service_role;
select is((select slots from tracking_figures('2025-03-03T12:00Z', '2025-03-03T13:00Z') where instance_id is null), 20,
  'an operator sees all');

select * from finish();
rollback;
