-- Each role reads exactly its rows of every table and view there is, by the catalogue: a new one needs a line below.
begin;
\ir ../../_shared/setup.psql
select plan(12);

-- Two instances with something in every table. The owner is admin of the first, other of the second.
create function pg_temp.fill(instance text) returns void language plpgsql as $$
declare
  workflow amc_workflows;
  made uuid;
  weeks uuid[];
begin
  perform pg_temp.connect_instance(instance);
  perform set_webhook('ours', 'slack', 'https://hooks.test/' || instance, instance_id => instance);
  perform save_workflow(instance, 'Weekly campaigns', 'select campaign from a_table');
  perform pg_temp.check_workflows();
  select * into workflow from amc_workflows f where f.instance_id = instance;
  made := (start_collection(pg_temp.user_id('owner'), instance, workflow.id, 3) ->> 'collection_id')::uuid;
  weeks := array(select id from report_data_weeks w where w.collection_id = made order by w.week_start_date);
  perform update_week_status(made, weeks[1], 'completed', '{}', 'exec-' || instance);
  insert into result_loads (execution_id, fence, table_name, header, complete, completed_at, summary, checksum, records)
  values ('exec-' || instance, 1, (amc_history.create_result_table(workflow, '{campaign}')).table_name, '{campaign}',
    true, amc_history.clock_now(), '{}', 'c0ffee', 1);
  execute format('insert into amc_results.%I select id, 1, ''a'' from result_loads where execution_id = %L',
    workflow.result_table, 'exec-' || instance);
  insert into workflow_checks (instance_id, workflow_id, kind, state, outcome, ended_at)
  values (instance, workflow.id, 'first_week', 'ended', 'accepted', amc_history.clock_now());
  perform amc_history.raise_alert('late_execution', 'Look.', instance, weeks[1]);
  perform record_stoppage('week', weeks[2]::text, 'x', 'amc', 'Words', instance, made, weeks[2],
    waits_for_person => true);
  update report_data_weeks set due_at = 'infinity' where id = weeks[2];
  perform invite(array[instance], 'viewer');
  with b as (insert into id_backfills (instance_id, since, actor, list_from, list_until, most_calls)
      values (instance, '2025-01-06', 'x', amc_history.clock_now(), amc_history.clock_now(), 1) returning id),
    w as (insert into id_backfill_weeks (backfill_id, week_id, instance_id, is_wanted, begins_at, ends_at)
      select b.id, weeks[1], instance, true, amc_history.clock_now(), amc_history.clock_now() from b
      returning backfill_id, week_id)
  insert into id_backfill_candidates (backfill_id, week_id, execution_id, instance_id, is_proved, reason, details)
  select w.backfill_id, w.week_id, 'exec-x', instance, true, 'x', '{}' from w;
end;
$$;
insert into auth.users (id, email, email_confirmed_at)
select ('a0000000-0000-4000-8000-00000000000' || n)::uuid, name || '@pgtap.test', amc_history.clock_now()
from (values (4, 'analyst'), (5, 'former'), (6, 'outsider')) u(n, name);
do $$
begin
  perform pg_temp.fill('amcpgtap1');
  perform pg_temp.fill('amcpgtap2');
  perform amc_history.add_member('amcpgtap2', 'other@pgtap.test', 'admin');
  delete from amc_instance_members where instance_id = 'amcpgtap2' and user_id = pg_temp.user_id('owner');
  perform amc_history.add_member('amcpgtap1', 'colleague@pgtap.test', 'viewer');
  perform amc_history.add_member('amcpgtap1', 'analyst@pgtap.test', 'analyst');
  perform amc_history.add_member('amcpgtap1', 'former@pgtap.test', 'admin');
  delete from amc_instance_members where user_id::text like '%5';
  -- The session's login is one of a BI tool.
  insert into amc_history.bi_logins (login, instance_id) values (session_user, 'amcpgtap1');
  grant amc_history_reader to current_user;
end;
$$;
-- What is the first instance's, beside what names its instance.
create temporary table mine on commit drop as
select id::text from report_data_collections where instance_id = 'amcpgtap1'
union all select id::text from report_data_weeks where instance_id = 'amcpgtap1'
union all select id::text from result_loads where instance_id = 'amcpgtap1'
union all select id::text from webhooks where instance_id = 'amcpgtap1';
grant select on mine to anon, authenticated, service_role, amc_history_reader;

-- Table or view | who reads the rows of an instance (its members, its admins, each member their own, nobody through the
-- API) | whether BI logins of the instance do | which rows are an instance's, if its id is in none of them
create temporary table expected on commit drop as
select btrim(l[1]) as relation, btrim(l[2]) as readers, btrim(l[3]) = 'bi' as for_bi, case btrim(l[2])
  when 'nobody' then 'true' else coalesce(btrim(l[4]), 'instance_id is not distinct from ''amcpgtap1''') end as whose
from regexp_split_to_table(btrim($matrix$
amc_history.alert_codes | nobody | -
amc_history.allowances | nobody | -
amc_history.bi_logins | nobody | -
amc_history.dropped_loads | nobody | -
amc_history.heartbeats | nobody | -
amc_history.jobs | nobody | -
amc_history.load_turns | nobody | -
amc_history.locks | nobody | -
amc_history.metrics_tokens | nobody | -
amc_history.result_headers | nobody | -
amc_history.result_tables | nobody | -
amc_history.stoppage_kinds | nobody | -
amc_history.wake_ups | nobody | -
amc_results.<workflow> | members | - | load_id::text in (select id from mine)
public.amc_instance_members | self | -
public.amc_instances | members | - | id = 'amcpgtap1'
public.amc_workflows | members | -
public.collection_backers | members | - | collection_id::text in (select id from mine)
public.collection_progress | members | -
public.collection_requests | members | -
public.collection_states | members | -
public.held_weeks | members | - | collection_id::text in (select id from mine)
public.id_backfill_candidates | members | -
public.id_backfill_states | members | -
public.id_backfill_weeks | members | -
public.id_backfills | members | -
public.instance_states | members | -
public.invitations | admins | -
public.raw_<workflow> | members | bi
public.report_data_collections | members | bi
public.report_data_weeks | members | bi
public.result_loads | members | bi
public.results_<workflow> | members | bi
public.series_<workflow> | members | bi
public.stoppages | members | -
public.tracking_alerts | members | -
public.tracking_events | members | -
public.webhook_deliveries | admins | - | webhook_id::text in (select id from mine)
public.webhooks | admins | -
public.week_attempts | members | -
public.week_results | members | -
public.week_states | members | -
public.week_versions | members | - | collection_id::text in (select id from mine)
public.workflow_checks | members | -
public.workflow_executions | members | bi
$matrix$, E'\n'), E'\n') line cross join lateral regexp_split_to_array(line, ' \| ') l;
create temporary table found on commit drop as
select format('%I.%I', n.nspname, c.relname) as name, format('%s.%s', n.nspname, case n.nspname
  when 'amc_results' then '<workflow>' else regexp_replace(c.relname, '_[a-z_]+_amcpgtap\d_[0-9a-f]+$', '_<workflow>')
  end) as relation, c.oid
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('public', 'amc_history', 'amc_results') and c.relkind in ('r', 'p', 'v', 'm', 'f')
  and not exists (select from pg_depend d
    where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');

-- How many rows of the first instance, and how many others, somebody reads: "2 0".
create function pg_temp.reads(role text, user_id text, name text, whose text) returns text language plpgsql as $$
declare
  former constant text := current_user;
  answer text;
begin
  perform set_config('request.jwt.claims', jsonb_strip_nulls(jsonb_build_object('role', role, 'sub', user_id))::text,
    true);
  perform set_config('role', role, true);
  execute format('select concat(count(*) filter (where %1$s), '' '', count(*) filter (where not (%1$s))) from %2$s',
    whose, name) into answer;
  perform set_config('role', former, true);
  return answer;
exception
  when insufficient_privilege then
    return 'refused';
end;
$$;
create temporary table actual on commit drop as
select f.name, e.*, pg_temp.reads(current_user::text, null, f.name, e.whose) as all_of_it
from found f join expected e using (relation) where e.readers <> 'nobody';
insert into actual select f.name, e.*, '0 0' from found f join expected e using (relation) where e.readers = 'nobody';
-- What each reader should read of each, where it is not that.
create function pg_temp.differences(reader text, role text, user_id text) returns text[] language sql as $$
  select array_agg(format('%s: %s, expected %s', a.name, r.seen, x.wanted) order by a.name)
  from actual a
  cross join lateral (select split_part(a.all_of_it, ' ', 1) as mine, split_part(a.all_of_it, ' ', 2) as others) n
  cross join lateral (select case
      when reader = 'anon' or a.readers = 'nobody' or reader = 'BI login' and not a.for_bi then 'refused'
      when reader = 'service_role' then a.all_of_it
      when reader in ('outsider', 'former member')
        or a.readers = 'admins' and reader in ('viewer', 'analyst') then '0 0'
      when a.readers = 'self' then case reader when 'admin of another' then '0 1' else '1 0' end
      when reader = 'admin of another' then concat('0 ', case a.relation
        when 'public.stoppages' then (select count(*) from stoppages where instance_id = 'amcpgtap2')::text
        when 'public.tracking_alerts' then (select count(*) from tracking_alerts where instance_id = 'amcpgtap2')::text
        when 'public.tracking_events' then (select count(*) from tracking_events where instance_id = 'amcpgtap2')::text
        else n.others end)
      else concat(n.mine, ' 0') end as wanted) x
  cross join lateral (select pg_temp.reads(differences.role, differences.user_id, a.name, a.whose) as seen) r
  where r.seen is distinct from x.wanted $$;

select is(array(select relation from found except select relation from expected), '{}',
  'each table and view has a line above: who reads it?');
select is(array(select relation from expected except select relation from found), '{}', 'and each line its table');
select is(array(select distinct relation from actual a where readers <> 'nobody' group by relation
  having sum(split_part(all_of_it, ' ', 1)::int) = 0 or sum(split_part(all_of_it, ' ', 2)::int) = 0), '{}',
  'there are rows of both instances in each');
select is(pg_temp.differences(reader, role, 'a0000000-0000-4000-8000-00000000000' || n), null,
  reader || ' reads its own')
from (values ('anon', 'anon', null), ('outsider', 'authenticated', 6), ('former member', 'authenticated', 5),
  ('viewer', 'authenticated', 3), ('analyst', 'authenticated', 4), ('admin', 'authenticated', 1),
  ('admin of another', 'authenticated', 2), ('service_role', 'service_role', null),
  ('BI login', 'amc_history_reader', null)) r(reader, role, n);

select * from finish();
rollback;
