-- Due weeks of a paused or cancelled collection send no request.
begin;
\ir ../../_shared/schedule.psql
select plan(4);

select pg_temp.start_collection(weeks => 3);
do $$ begin perform pause_collection(pg_temp.collection()); end $$;

select is(amc_history.dispatch_collect(), 0, 'weeks of a paused collection are not actionable');
do $$ begin perform resume_collection(pg_temp.collection()); end $$;
select is(amc_history.dispatch_collect(), 1, 'once it is resumed they are');
do $$ begin perform cancel_collection(pg_temp.collection()); end $$;
select is(amc_history.dispatch_collect(), 0, 'those of a cancelled one are not');
select is(pg_temp.requests(), 1::bigint, 'one request is sent');

select * from finish();
rollback;
