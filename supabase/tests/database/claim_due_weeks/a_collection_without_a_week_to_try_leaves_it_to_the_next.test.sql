-- Of a workflow that is held up, one week tries. A collection whose week waits for another reason leaves that to the
-- next collection: else nothing would ever try.
begin;
\ir ../../_shared/collection.psql
select plan(2);

select pg_temp.start_collection(weeks => 1);
do $$ begin
  perform pg_temp.lose_create(1);
  perform pg_temp.start_collection(weeks => 1, key => 'same window', imported => true);
  perform pg_temp.start_collection(weeks => 2, first_day => '2025-01-20', key => 'another');
  perform record_stoppage('workflow_save', 'amcpgtap1/' || id, 'workflow_not_visible', 'amc', 'No such workflow',
    'amcpgtap1') from amc_workflows;
end $$;
set local amc_history.clock = '2025-03-03T12:02:00Z';
set local role service_role;
select is((select array_agg(time_window_start) from claim_due_weeks(10)), array['2025-01-20T00:00:00'],
  'the next collection''s week tries, alone');
select is_empty('select from claim_due_weeks(10)', 'while it does, no other');

select * from finish();
rollback;
