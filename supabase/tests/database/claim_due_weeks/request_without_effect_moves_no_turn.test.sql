-- Whose turn it is follows who asked for weeks, not who asked for what is there already.
begin;
\ir ../../_shared/three_weeks.psql
select plan(2);

-- Two collections of the owner's, of which the first just had its turn, and one of a colleague's.
do $$
declare
  workflow text := (select id from amc_workflows);
begin
  insert into amc_instance_members (instance_id, user_id, role) values
    ('amcpgtap1', pg_temp.user_id('colleague'), 'analyst');
  update report_data_collections set last_claimed_at = amc_history.clock_now();
  perform start_collection(pg_temp.user_id('owner'), 'amcpgtap1', workflow, start_date => '2025-01-07',
    end_date => '2025-01-13');
  perform start_collection(pg_temp.user_id('colleague'), 'amcpgtap1', workflow, start_date => '2025-01-08',
    end_date => '2025-01-14');
  update report_data_weeks set surveyed_at = amc_history.clock_now();
end;
$$;
create function pg_temp.turns() returns text language sql as $$
  select string_agg(c.week_starts_on, ', ' order by d.turn)
  from amc_history.due_collections('amcpgtap1') with ordinality d(id, workflow_id, checked_at, time_zone,
    parameters_hash, held_since, workflow_held, first_day, last_day, turn)
  join report_data_collections c on c.id = d.id $$;
select is(pg_temp.turns(), 'wednesday, tuesday, monday', 'the colleague is next');
do $$
begin
  perform set_config('amc_history.clock', '2025-03-03T12:01:00Z', true);
  perform start_collection(pg_temp.user_id('colleague'), 'amcpgtap1', (select id from amc_workflows),
    start_date => '2025-01-06', end_date => '2025-01-12');
end;
$$;
select is(pg_temp.turns(), 'wednesday, tuesday, monday', 'also after asking for what is there');

select * from finish();
rollback;
