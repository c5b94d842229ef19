-- An instance never has more live attempts than max_parallel.
begin;
\ir ../../_shared/collection.psql
select plan(6);

select pg_temp.start_collection(weeks => 12, first_day => '2024-12-09');
set local role service_role;

select is((select count(*) from claim_due_weeks(50)), 10::bigint, 'ten are taken at once');
select is((select count(*) from claim_due_weeks(50)), 0::bigint, 'and no more while they live');
select is((select array_agg(slot order by slot) from week_attempts where instance_id = 'amcpgtap1'),
  array[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 'each holds a slot of its own');
do $$
begin
  perform report_create((select id from week_attempts where instance_id = 'amcpgtap1' and slot = 4), 'refused', 400,
  'no');
end;
$$;
select is((select count(*) from claim_due_weeks(50)), 1::bigint, 'one that ends makes room for one');
select is((select slot from week_attempts where instance_id = 'amcpgtap1' order by intended_at desc, state = 'ended',
  number desc limit 1)
  between 1 and 10, true, 'within the same slots');
select is((select count(*) from week_attempts where instance_id = 'amcpgtap1' and slot = 4 and state <> 'ended'),
  1::bigint,
  'the freed slot is the one that is taken');

select * from finish();
rollback;
