-- After a complete listing the instance is listed again after poll_seconds.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

set local role service_role;
select pg_temp.run_week(1, 'exec-1');
do $$
begin
  perform claim_listing();
  perform record_listing('amcpgtap1', 1, '[]', true);
end;
$$;

select is((select count(*) from claim_listing()), 0::bigint, 'after a complete listing the instance is left alone');
set local amc_history.clock = '2025-03-03T12:00:29Z';
select is((select count(*) from claim_listing()), 0::bigint, 'for poll_seconds');
set local amc_history.clock = '2025-03-03T12:00:30Z';
select is((select count(*) from claim_listing()), 1::bigint, 'then it is due');
select is((select state from week_attempts where id = pg_temp.attempt(1)), 'created',
  'an execution that the list does not show has not ended');

select * from finish();
rollback;
