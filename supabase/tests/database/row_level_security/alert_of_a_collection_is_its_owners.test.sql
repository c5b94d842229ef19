-- An alert about a collection is read and closed by its owner alone, like the stoppage that it tells.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

insert into amc_instance_members (instance_id, user_id) values ('amcpgtap1', pg_temp.user_id('other'))
  on conflict do nothing;
do $$
begin
  perform record_stoppage('collection', pg_temp.collection()::text, 'amc_refused', 'amc', 'Not yours.', 'amcpgtap1',
    pg_temp.collection(), waits_for_person => true);
end;
$$;
create temporary table told as select id from tracking_alerts;
grant select on told to public;
select pg_temp.sign_in('owner');
set local role authenticated;
select is((select count(*) from tracking_alerts), 1::bigint, 'its owner reads it');
reset role;
select pg_temp.sign_in('other');
set local role authenticated;
select is((select count(*) from stoppages), 0::bigint, 'another member of the instance reads no stoppage of it');
select is((select count(*) from tracking_alerts), 0::bigint, 'nor its alert');
select throws_like('select resolve_alert((select id from told))', '%of yours%', 'nor closes it');

select * from finish();
rollback;
