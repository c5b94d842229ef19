-- While AMC's list is read for an attempt that was given up, its failing is told, though no week waits.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

create function pg_temp.held(span interval) returns text language plpgsql as $$
begin
  perform set_config('amc_history.clock', (amc_history.clock_now() + span)::text, true), amc_history.watch();
  return (select string_agg(s.kind, ' ' order by s.kind) from stoppages s where s.ended_at is null);
end;
$$;
select pg_temp.abandon_create(1);
update report_data_weeks set due_at = null where instance_id = 'amcpgtap1';
do $$ begin perform record_stoppage('listing', 'amcpgtap1', 'forbidden', 'amc', 'No.', 'amcpgtap1'); end $$;
select is(pg_temp.held('1 minute'), 'listing', 'the list is still read for it');
select is(pg_temp.held('3 days'), null, 'after its watch nobody reads it');

select * from finish();
rollback;
