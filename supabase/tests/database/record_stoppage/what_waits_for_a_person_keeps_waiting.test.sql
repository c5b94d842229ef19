-- What waits for a person goes on waiting, whatever else is met about it meanwhile, and keeps saying why.
begin;
\ir ../../_shared/collection.psql
select plan(6);
select pg_temp.start_collection(weeks => 3);

create function pg_temp.held() returns text language sql as
  $$ select concat_ws(' ', code, words, coalesce(retry_at::text, 'person')) from stoppages where ended_at is null $$;

do $$ begin
  update report_data_weeks set failed_creates = 9 where id = pg_temp.week(1);
  perform pg_temp.abandon_create(1);
end $$;
select matches(pg_temp.held(), '^creates_in_vain .* person$', 'a week is held after ten creates in vain');
set local role service_role;
select is(record_stoppage('week', pg_temp.week(1)::text, 'database_refused', 'postgres', 'deadlock detected',
  'amcpgtap1', pg_temp.collection(), pg_temp.week(1)), null, 'another failure met with it leaves it to a person');
select matches(pg_temp.held(), '^creates_in_vain .* person$', 'and the reason stays');
select pg_temp.sign_in('owner');
select is((retry_week(pg_temp.week(1))).outcome, 'applied', 'who can still retry it');
reset role;
select is(pg_temp.held(), null, 'which ends it');
set local role service_role;
do $$ begin
  perform record_stoppage('listing', 'amcpgtap1', 'refused', 'amc', 'No', 'amcpgtap1');
  perform record_stoppage('listing', 'amcpgtap1', 'refused', 'amc', 'Never', 'amcpgtap1', waits_for_person => true);
end $$;
select matches(pg_temp.held(), '^refused Never person$', 'what is tried by itself may come to wait for a person');

select * from finish();
rollback;
