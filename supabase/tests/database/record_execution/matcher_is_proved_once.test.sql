-- The matcher is proved by the first execution that shows what was sent.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

set local role service_role;
do $$ begin perform claim_due_weeks(3); end $$;

select is((select matcher_proved_at from amc_instances where id = 'amcpgtap1'), null,
  'at first the matcher is not proved');
do $$ begin perform record_execution(pg_temp.attempt(1), 'exec-1', '{"matcher_proved": false}'); end $$;
select is((select matcher_proved_at from amc_instances where id = 'amcpgtap1'), null, 'false proves nothing');
do $$ begin perform record_execution(pg_temp.attempt(2), 'exec-2', '{"matcher_proved": true}'); end $$;
select is((select matcher_proved_at from amc_instances where id = 'amcpgtap1'), '2025-03-03T12:00:00Z',
  'the first proof sets it');
do $$
begin
  perform set_config('amc_history.clock', '2025-03-03T13:00:00Z', true);
  perform record_execution(pg_temp.attempt(3), 'exec-3', '{"matcher_proved": true}');
end;
$$;
select is((select matcher_proved_at from amc_instances where id = 'amcpgtap1'), '2025-03-03T12:00:00Z',
  'a later one leaves it');

select * from finish();
rollback;
