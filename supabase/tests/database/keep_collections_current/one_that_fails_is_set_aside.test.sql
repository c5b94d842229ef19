-- A collection whose weeks cannot be added is set aside with Postgres' words; the others go on.
begin;
\ir ../../_shared/three_weeks.psql
select plan(8);

do $$
begin
  perform pg_temp.start_collection(1, '2025-01-27', instance => 'amcpgtap2');
  update report_data_collections set keep_current = true;
end;
$$;
create function pg_temp.refuse_week() returns trigger language plpgsql as
  $$ begin raise exception 'The disk is full.'; end $$;
create trigger refuse_week before insert on report_data_weeks for each row
  when (new.instance_id = 'amcpgtap1' and new.week_start_date = '2025-02-03') execute function pg_temp.refuse_week();
create trigger a_refuse_week before insert on report_data_weeks for each row
  when (new.collection_id is not null) execute function amc_history.set_week_instance();

select is(amc_history.keep_collections_current(), 2, 'the other one gets its two weeks');
select is((select array_agg(words) from stoppages where ended_at is null), array['The disk is full.'],
  'this one says why');
select is((select end_date from report_data_collections where instance_id = 'amcpgtap1'), '2025-01-26'::date,
  'none of its weeks is half added');
select is(amc_history.keep_collections_current(), 0, 'it is left out until its next try');
drop trigger refuse_week on report_data_weeks;
select set_config('amc_history.clock', '2025-03-03T13:00:00Z', true);
select is(amc_history.keep_collections_current(), 3, 'then its weeks are added');
select is((select count(*) from stoppages where ended_at is null), 0::bigint, 'which ends the stoppage');

-- A zone that this server does not know, as after a restore to another one.
do $$
begin
  update report_data_collections set time_zone = 'Nowhere/Land' where instance_id = 'amcpgtap1';
  perform set_config('amc_history.clock', '2025-03-10T00:00:00Z', true);
end;
$$;
select is(amc_history.keep_collections_current(), 1, 'the other one gets its week');
select matches((select words from stoppages where ended_at is null), 'Nowhere/Land', 'and this one says why');

select * from finish();
rollback;
