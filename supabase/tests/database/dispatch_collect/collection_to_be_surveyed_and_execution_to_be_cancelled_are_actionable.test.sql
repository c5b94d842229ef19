-- A collection to be surveyed and an execution to be cancelled at AMC each need a request.
begin;
\ir ../../_shared/schedule.psql
select plan(5);

select pg_temp.start_collection(weeks => 3);
do $$
begin
  update report_data_weeks set surveyed_at = null where collection_id = pg_temp.collection();
  update report_data_weeks set due_at = amc_history.clock_now() + interval '1 hour' where instance_id = 'amcpgtap1';
end;
$$;

select is(amc_history.dispatch_collect(), 1, 'a collection for which AMC''s list is to be read is');
do $$ begin perform mark_surveyed('amcpgtap1', 0, array(select id from report_data_weeks)); end $$;
select is(amc_history.dispatch_collect(), 0, 'not once that was done');
do $$
begin
  update report_data_weeks set due_at = amc_history.clock_now() where id = pg_temp.week(1);
  perform pg_temp.run_week(1, 'exec-1');
  update amc_instances set list_due_at = 'infinity' where id = 'amcpgtap1';
end;
$$;
select is(amc_history.dispatch_collect(), 0, 'nothing is to be listed');
do $$ begin perform cancel_collection(pg_temp.collection()); end $$;
select is(amc_history.dispatch_collect(), 1, 'an execution that is to be cancelled at AMC is');
do $$ begin perform claim_cancellations(); end $$;
select is(amc_history.dispatch_collect(), 0, 'not while somebody cancels it');

select * from finish();
rollback;
