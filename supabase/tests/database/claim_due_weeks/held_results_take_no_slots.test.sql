-- A result that waits to be loaded takes no slot: its execution has ended, and nothing of it runs at AMC.
begin;
\ir ../../_shared/collection.psql
select plan(8);

select pg_temp.start_collection(weeks => 21, first_day => '2024-10-07');
set local role service_role;
do $$
begin
  for n in 1..10 loop
    perform pg_temp.run_week(n, 'exec-' || n, case n when 10 then 'RUNNING' else 'SUCCEEDED' end);
  end loop;
  perform fail_load(a.id, a.fence, 'unavailable', 'no file', false) from week_attempts a
  where a.execution_id <> 'exec-10';
end;
$$;

select is((select count(*) from claim_due_weeks(50)), 9::bigint, 'nine held results make room for nine weeks');
select is((select count(*) from claim_due_weeks(50)), 0::bigint, 'and no more: ten run');
select is((select array_agg(slot order by slot) from week_attempts where slot is not null),
  array[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 'each slot has one attempt');
select isnt((select slot from week_attempts where execution_id = 'exec-10'), null, 'what runs keeps its slot');
select is((select count(*) from week_attempts a where a.execution_id <> 'exec-10' and a.is_live and a.slot is null),
  9::bigint, 'the held results stay live, without one');

do $$ begin perform pg_temp.list('[{"id": "exec-10", "status": "SUCCEEDED"}]'); end $$;
select is((select count(*) from claim_due_weeks(50)), 1::bigint, 'a listing that shows its end makes room for one');
reset role;
select throws_ok($$ update week_attempts set slot = null where week_id = pg_temp.week(11) $$, '23514', null,
  'an attempt whose create is on its way never loses its slot');
select throws_ok($$ update week_attempts set slot = 11 where execution_id = 'exec-1' $$, '23514', null,
  'and none takes a slot beyond the cap later');

select * from finish();
rollback;
