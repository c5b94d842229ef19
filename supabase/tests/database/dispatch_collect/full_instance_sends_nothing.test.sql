-- Due weeks of an instance without a free slot send no request.
begin;
\ir ../../_shared/schedule.psql
select plan(4);

select pg_temp.start_collection(weeks => 8);
do $$
begin
  update amc_instances set max_parallel = 2 where id = 'amcpgtap1';
  perform claim_due_weeks(10);
end;
$$;

select is((select count(*) from week_attempts where instance_id = 'amcpgtap1' and state <> 'ended'), 2::bigint,
  'both slots are taken');
select is(amc_history.dispatch_collect(), 0, 'weeks that wait for a slot are not actionable');
select is(pg_temp.requests(), 0::bigint, 'no request is sent');
do $$ begin perform report_create(pg_temp.attempt(1), 'refused', 400, 'no'); end $$;
select is(amc_history.dispatch_collect(), 1, 'a free slot is');

select * from finish();
rollback;
