-- A stoppage of an instance, a workflow or a collection ends, with its alert, once no week waits for it.
begin;
\ir ../../_shared/three_weeks.psql
select plan(4);

create function pg_temp.watch() returns text[] language plpgsql as $$
begin
  perform amc_history.watch();
  return (select array_agg(s.kind order by s.kind) from stoppages s where s.ended_at is null);
end;
$$;
create function pg_temp.hold(kind text, subject text) returns timestamptz language sql as $$
  select record_stoppage(kind, subject, 'forbidden', 'amc', 'No.', 'amcpgtap1', waits_for_person => true) $$;
do $$
declare
  workflow text := (select instance_id || '/' || workflow_id from report_data_collections limit 1);
begin
  perform pg_temp.hold('listing', 'amcpgtap1'), pg_temp.hold('instance', 'amcpgtap1'),
    pg_temp.hold('creates', 'amcpgtap1'), pg_temp.hold('workflow_check', workflow),
    pg_temp.hold('workflow_check', 'amcpgtap1/another'), pg_temp.hold('collection', pg_temp.collection()::text),
    pg_temp.hold('execution', 'exec-1'), pg_temp.hold('list_entry', 'amcpgtap1/exec-2');
end;
$$;

select is(pg_temp.watch(),
  array['collection', 'creates', 'execution', 'instance', 'list_entry', 'listing', 'workflow_check'],
  'only that of a workflow of which no week waits ends');
select is((select count(*) from tracking_alerts where resolved_at is null), 7::bigint, 'and its alert');
do $$ begin perform amc_history.cancel_collection(pg_temp.collection()); end $$;
select is(pg_temp.watch(), array['execution'], 'once the collection is cancelled nothing of it is held up');
select is((select count(*) from tracking_alerts where resolved_at is null), 1::bigint, 'and nobody is told so');

select * from finish();
rollback;
