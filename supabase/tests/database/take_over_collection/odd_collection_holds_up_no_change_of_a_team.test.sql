-- Whoever leaves leaves: a collection that cannot be settled is set aside, and the others are held up as they should.
begin;
\ir ../../_shared/collection.psql
select plan(6);

select pg_temp.start_collection(1, '2025-01-06');
select pg_temp.start_collection(1, '2025-01-13', key => 'another');
select pg_temp.start_collection(1, '2025-01-20', 'amcpgtap2');
insert into amc_instance_members (instance_id, user_id) values
  ('amcpgtap1', pg_temp.user_id('colleague')), ('amcpgtap2', pg_temp.user_id('colleague'));
create function pg_temp.held() returns text[] language sql as $$
  select array_agg(concat_ws(' ', s.kind, s.code, c.instance_id, c.start_date) order by s.kind, c.start_date)
  from stoppages s join report_data_collections c on c.id = s.collection_id where s.ended_at is null $$;

-- The stoppage of one collection cannot be written.
create function pg_temp.refuse_one() returns trigger language plpgsql as $$
begin
  if new.kind = 'standing' and new.subject = current_setting('pgtap.odd', true) then
    raise exception 'odd';
  end if;
  return new;
end;
$$;
create trigger refuse_one before insert on stoppages for each row execute function pg_temp.refuse_one();
do $$ begin perform set_config('pgtap.odd', pg_temp.collection()::text, true); end $$;
select lives_ok($$ delete from amc_instance_members where user_id = pg_temp.user_id('owner') $$, 'the member leaves');
select is(pg_temp.held(), array['job P0001 amcpgtap1 2025-01-06',
  'standing nobody_stands_behind amcpgtap1 2025-01-13', 'standing nobody_stands_behind amcpgtap2 2025-01-20'],
  'one collection is set aside, the others are held up, on each instance');
drop trigger refuse_one on stoppages;
set local amc_history.clock = '2025-03-03T12:05:00Z';
do $$ begin perform amc_history.watch_standing(); end $$;
select is(pg_temp.held(), array['standing nobody_stands_behind amcpgtap1 2025-01-06',
  'standing nobody_stands_behind amcpgtap1 2025-01-13', 'standing nobody_stands_behind amcpgtap2 2025-01-20'],
  'the watch settles it');
insert into amc_instance_members (instance_id, user_id) values ('amcpgtap2', pg_temp.user_id('owner'));
select is(cardinality(pg_temp.held()), 2, 'coming back to one instance lets its collections go on');
insert into amc_instance_members (instance_id, user_id) values ('amcpgtap1', pg_temp.user_id('owner'));
select is(pg_temp.held(), null, 'and so on the other');
delete from auth.users where id = pg_temp.user_id('owner');
select is(cardinality(pg_temp.held()), 3, 'the deletion of the account holds up all of them');

select * from finish();
rollback;
