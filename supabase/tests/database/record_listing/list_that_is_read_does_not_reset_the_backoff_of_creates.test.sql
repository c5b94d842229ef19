-- While AMC refuses creates for want of room, a list that is read does not shorten the pauses between them.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

set local role service_role;
create function pg_temp.in_row() returns integer language sql as
  $$ select throttles_in_row from amc_instances where id = 'amcpgtap1' $$;
-- AMC refuses a create, its pause is over, and the list is read.
create function pg_temp.refuse(verdict text) returns integer language plpgsql as $$
begin
  perform claim_due_weeks(1);
  perform report_create(a.id, verdict) from week_attempts a where a.is_live and a.state = 'intended';
  perform set_config('amc_history.clock', (amc_history.clock_now() + interval '1 hour')::text, true);
  perform pg_temp.list('[]');
  return pg_temp.in_row();
end;
$$;

select is(pg_temp.refuse('quota'), 1, 'after one refusal');
select is(pg_temp.refuse('quota'), 2, 'each further one makes the next pause longer');
select is(pg_temp.refuse('throttled'), 3, 'whatever AMC says');
do $$
begin
  perform claim_due_weeks(1);
  perform record_execution(a.id, 'exec-' || a.number) from week_attempts a where a.is_live and a.state = 'intended';
  perform pg_temp.list('[]');
end;
$$;
select is(pg_temp.in_row(), 0, 'once AMC has taken one, the next listing resets them');

select * from finish();
rollback;
