-- Without anything to do no request is sent.
begin;
\ir ../../_shared/schedule.psql
select plan(6);

select pg_temp.start_collection(weeks => 3);
update report_data_weeks set due_at = null where instance_id = 'amcpgtap1';

select is(amc_history.dispatch_collect(), 0, 'no week is due');
update report_data_weeks set due_at = amc_history.clock_now() + interval '1 second' where instance_id = 'amcpgtap1';
select is(amc_history.dispatch_collect(), 0, 'none is due yet');
select is(pg_temp.requests(), 0::bigint, 'no request is sent');
select is((select count(*) from tracking_alerts where code = 'schedule_not_configured' and resolved_at is null),
  0::bigint, 'there is no alert');


do $$ begin perform record_stoppage('wake_up', 'collect', 'http_401', 'supabase', 'No.', null); end $$;
select is(amc_history.dispatch_collect(), 1, 'but whether the worker can be reached again only a wake-up shows');
do $$ begin perform record_tick('{}', '{}'); end $$;
select is(amc_history.dispatch_collect(), 0, 'until it is');

select * from finish();
rollback;
