-- Weeks of a collection or workflow that is held up are not claimed. When its pause is over, one week tries.
begin;
\ir ../../_shared/three_weeks.psql
select plan(13);

-- A second collection of the same workflow, and one of another workflow.
set local amc_history.clock = '2025-03-03T12:00:01Z';
select pg_temp.start_collection(weeks => 2, first_day => '2025-02-03', key => 'second');
select start_collection(pg_temp.user_id('owner'), 'amcpgtap1',
  (save_workflow('amcpgtap1', 'Other', 'select 1')).workflow_id,
  start_date => '2025-01-06', end_date => '2025-01-12');
update report_data_weeks set surveyed_at = amc_history.clock_now();
update amc_workflows set checked_at = amc_history.clock_now();
set local role service_role;
-- The first collection's workflow.
create function pg_temp.held_workflow() returns text language sql as
  $$ select 'amcpgtap1/' || workflow_id from report_data_collections where id = pg_temp.collection() $$;
-- How many weeks of which collection would be claimed: first, second (of the held workflow), and other.
create function pg_temp.claimable() returns text language sql as $$
  select string_agg(concat_ws(' ', case when c.start_date = '2025-02-03' then 'second' when c.end_date = '2025-01-12'
    then 'other' else 'first' end, n), ', ' order by c.start_date, c.end_date desc)
  from (select collection_id, count(*) as n from amc_history.claimable_weeks('amcpgtap1', 10) group by 1) k
  join report_data_collections c on c.id = k.collection_id $$;

select is(pg_temp.claimable(), 'first 3, other 1, second 2', 'nothing is held up');
select amc_history.record_stoppage(kind, pg_temp.held_workflow(), 'c', 'amc', 'w', 'amcpgtap1')
from (values ('workflow_save'), ('workflow_check')) k(kind);
select is(pg_temp.claimable(), 'other 1', 'a workflow is, in all its collections');
select ok(amc_history.has_claimable_week('amcpgtap1'), 'there is something to do for the instance');
set local amc_history.clock = '2025-03-03T12:02:00Z';
select is(pg_temp.claimable(), 'first 1, other 1', 'when its pause is over one week tries, of all its collections');
do $$ begin perform claim_due_weeks(10); end $$;
select is(pg_temp.claimable(), null, 'while it tries, nobody else does');
savepoint answer;
select report_create(pg_temp.attempt(1), 'unknown');
select is(pg_temp.claimable(), null, 'nor while AMC''s list may still show what became of its create');
set local amc_history.clock = '2025-03-03T13:02:00Z';
select is(pg_temp.claimable(), 'second 1', 'what a person has to settle holds up no other try');
rollback to answer;
select amc_history.end_stoppage(kind, pg_temp.held_workflow())
from (values ('workflow_save'), ('workflow_check')) k(kind);
select is(pg_temp.claimable(), 'first 2, second 2', 'a success lets all go on');

select amc_history.record_stoppage('collection', pg_temp.collection()::text, 'c', 'amc', 'w', 'amcpgtap1');
select is(pg_temp.claimable(), 'second 2', 'a collection is held up alone');
set local amc_history.clock = '2025-03-03T12:04:00Z';
select is(pg_temp.claimable(), 'first 1, second 2', 'when its pause is over one of its weeks tries');
select amc_history.record_stoppage('collection', pg_temp.collection()::text, 'c', 'amc', 'w', 'amcpgtap1',
  waits_for_person => true);
set local amc_history.clock = '2025-04-03T12:00:00Z';
select is(pg_temp.claimable(), 'second 2', 'what waits for a person waits');
select amc_history.record_stoppage('workflow_header', pg_temp.held_workflow(), 'c', 'amc', 'w', 'amcpgtap1',
  waits_for_person => true);
select is(pg_temp.claimable(), null, 'a header to be accepted holds up its workflow: its results would only wait too');
update amc_instances set max_parallel = 20;
do $$ begin perform claim_due_weeks(20); end $$;
select ok(not amc_history.has_claimable_week('amcpgtap1'), 'there is nothing to do then');

select * from finish();
rollback;
