-- A week that is retried while its collection is paused is held.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

do $$
begin
  perform update_week_status(pg_temp.collection(), pg_temp.week(1), 'failed');
  perform pause_collection(pg_temp.collection());
end;
$$;
select pg_temp.sign_in('owner');

select is(retry_week(pg_temp.week(1)), row('applied', null, 1)::control_report, 'it is applied');
select is(pg_temp.weeks(), array['pending held', 'pending held', 'pending held'], 'the week is held like the others');

select * from finish();
rollback;
