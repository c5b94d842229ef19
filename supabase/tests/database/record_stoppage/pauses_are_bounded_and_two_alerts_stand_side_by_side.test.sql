-- A pause grows to the hour and no further; two things held up on one instance are two alerts; words are cut.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

select ok(amc_history.stoppage_pause(1) between interval '30 seconds' and interval '1 minute', 'the first is short');
select ok(amc_history.stoppage_pause(2000000000) between interval '30 minutes' and interval '1 hour',
  'none is longer than an hour');
select ok(amc_history.stoppage_pause(-1) between interval '30 seconds' and interval '1 minute', 'nor without any');

set local role service_role;
do $$
begin
  perform record_stoppage('workflow_save', 'amcpgtap1/w' || n, 'refused', 'amc', repeat('é', 5000), 'amcpgtap1',
    waits_for_person => true)
  from generate_series(1, 2) n;
end;
$$;
select is(pg_temp.open_alerts(), array['held_up', 'held_up'], 'each has its alert');
select is((select max(length(words)) from stoppages), 2000, 'words are cut to 2000 characters');
do $$ begin perform end_stoppage('workflow_save', 'amcpgtap1/w1'); end $$;
select is((select array_agg(subject) from tracking_alerts where resolved_at is null),
  array['workflow_save amcpgtap1/w2'], 'and the success of one leaves the other');

select * from finish();
rollback;
