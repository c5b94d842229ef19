-- Whatever is asked, in whatever state: start_collection refuses by the first refusal that the preview names, or does
-- what the preview says, and costs as many executions.
begin;
\ir ../../_shared/collection.psql

create temporary table asked (arguments text primary key) on commit drop;
insert into asked values
  (''), ('weeks => 1'), ('weeks => 9'), ('weeks => 54'), ('weeks => 60'), ('weeks => 0'), ('weeks => null'),
  ($$ start_date => '2025-01-06', end_date => '2025-01-12' $$),
  ($$ start_date => '2025-01-06', end_date => '2025-03-02' $$),
  ($$ start_date => '2024-12-09', end_date => '2025-02-23' $$),
  ($$ start_date => '2025-02-10', end_date => '2025-02-23' $$),
  ($$ start_date => '2024-10-07', end_date => '2024-10-20', week_starts_on => 'Monday' $$),
  ($$ start_date => '2024-01-29', end_date => '2024-02-11' $$),
  ($$ start_date => '2025-02-24', end_date => '2025-03-09' $$),
  ($$ start_date => '2025-01-06', end_date => '2025-01-13' $$), ($$ start_date => '2025-01-06' $$),
  ($$ weeks => 2, end_date => '2025-01-12' $$),
  ($$ weeks => 2, start_date => '2025-01-06', end_date => '2025-01-12' $$),
  ($$ start_date => '2025-01-06', end_date => '2025-01-12', week_starts_on => 'sunday' $$),
  ($$ start_date => 'infinity', end_date => 'infinity' $$), ($$ start_date => '-infinity', end_date => '2025-01-12' $$),
  ($$ weeks => 3, week_starts_on => 'noday' $$), ($$ weeks => 3, week_starts_on => 'SUNDAY' $$),
  ($$ weeks => 3, time_zone => 'utc' $$), ($$ weeks => 3, time_zone => 'Mars/Olympus' $$),
  ($$ weeks => 3, time_zone => null $$), ($$ weeks => 3, time_zone => 'pacific/kiritimati' $$),
  ($$ weeks => 3, parameter_values => '{"brand": "x"}' $$), ($$ weeks => 3, parameter_values => '{"key": "x"}' $$),
  ($$ weeks => 3, parameter_values => '[]' $$), ($$ weeks => 3, parameter_values => null $$),
  ($$ weeks => 3, name => '' $$), ($$ weeks => 3, name => 'Weekly' $$),
  ('weeks => 3, keep_current => true'), ('weeks => 3, keep_current => true, settle_days => 2'),
  ('weeks => 3, keep_current => false'), ('weeks => 3, settle_days => 30'), ('weeks => 3, settle_days => 61'),
  ($$ start_date => '2024-12-09', end_date => '2024-12-22', keep_current => true $$),
  ($$ start_date => '2025-02-17', end_date => '2025-02-23', keep_current => true, settle_days => 2 $$),
  ($$ start_date => '2024-03-04', end_date => '2024-03-10', keep_current => true $$),
  ($$ start_date => '2023-03-06', end_date => '2023-03-12', keep_current => true $$),
  ($$ start_date => '2023-03-06', end_date => '2023-03-12', keep_current => true, time_zone => 'x', name => '' $$);
create temporary table state (name text primary key, becomes text) on commit drop;
insert into state values
  ('none', null),
  ('cancelled, with all that may have been under way', null),
  ('archived', 'select archive_collection(pg_temp.collection())'),
  ('paused by hand', 'select pause_collection(pg_temp.collection())'),
  ('nobody stands behind it', 'delete from collection_backers where true'),
  ('kept current', $$ select amc_history.change_keep_current(c, true, 14, c.created_by)
    from report_data_collections c $$),
  ('full', 'update amc_history.allowances set open_weeks_of_instance = 12'),
  ('day is full', $$ do $do$ begin
    perform pg_temp.call('start_collection', 'weeks => 1, time_zone => ''Asia/Tokyo''');
    update amc_history.allowances set daily_collections_of_member = 1; end $do$ $$),
  ('viewer', $$ update amc_instance_members set role = 'viewer' where user_id = pg_temp.user_id('colleague') $$),
  ('no member', $$ delete from amc_instance_members where user_id = pg_temp.user_id('colleague') $$),
  ('long retention', 'update amc_workflows set retention_months = 60'),
  ('another version is kept current', $$ do $do$ begin
    perform start_collection(pg_temp.user_id('owner'), 'amcpgtap1', (save_workflow('amcpgtap1', 'Weekly campaigns',
      'select 2')).workflow_id, weeks => 1, keep_current => true); end $do$ $$);
select plan((select count(*) from asked)::integer * (select count(*) from state)::integer + 4);

create function pg_temp.call(function_called text, arguments text) returns jsonb language plpgsql as $$
declare
  answer jsonb;
begin
  execute format('select %s(instance_id => %L, workflow_id => %L, requested_by => %L%s)', function_called, 'amcpgtap1',
    (select id from amc_workflows where parameters <> '[]'), pg_temp.user_id('colleague'),
    case when arguments = '' then '' else ', ' || arguments end) into answer;
  return answer;
end;
$$;
create function pg_temp.weeks_of(collection_id uuid) returns bigint language sql as
  $$ select count(*) from report_data_weeks w where w.collection_id = weeks_of.collection_id $$;

-- What the preview says, in the form of what a start comes to.
create function pg_temp.previewed(arguments text) returns jsonb language plpgsql as $$
declare
  answer jsonb;
  plan jsonb;
begin
  answer := pg_temp.call('preview_collection', arguments);
  plan := answer -> 'plan';
  if not (answer ->> 'accepted')::boolean then
    return jsonb_build_object('refused', answer #> '{refusals,0,code}', 'message', answer #> '{refusals,0,message}');
  end if;
  return jsonb_build_object('created', plan -> 'created', 'extended', plan -> 'extended', 'reopened',
    plan -> 'reopened', 'settled', plan -> 'settled', 'executions', plan -> 'executions', 'released',
    plan -> 'released', 'paused', plan -> 'paused', 'keep_current', plan -> 'keep_current',
    'settle_days', plan -> 'settle_days', 'weeks', (select jsonb_agg(concat_ws(' ',
      w ->> 'week_start_date', w ->> 'becomes') order by n) from jsonb_array_elements(plan -> 'weeks')
      with ordinality w(w, n)));
exception when sqlstate 'PT404' then
  return jsonb_build_object('refused', 'instance_not_found', 'message', sqlerrm);
end;
$$;

-- The weeks that may begin.
create function pg_temp.ready() returns setof uuid language sql as $$
  select w.id from report_data_weeks w where w.due_at < 'infinity' and not exists (select from stoppages s
    where s.kind = 'standing' and s.ended_at is null and s.collection_id = w.collection_id) $$;

-- Of the weeks that were held, those that may begin, and were not opened again.
create function pg_temp.released(held uuid[], first_event bigint) returns bigint language sql as $$
  select count(*) from pg_temp.ready() r(id) where r.id = any (held) and not exists (select from tracking_events e
    where e.id > first_event and e.event = 'week_reopened' and e.week_id = r.id) $$;

-- What a start comes to; it is undone.
create function pg_temp.started(arguments text) returns jsonb language plpgsql as $$
declare
  first_event bigint := (select coalesce(max(id), 0) from tracking_events);
  before jsonb := (select jsonb_object_agg(w.id, w.week_start_date) from report_data_weeks w);
  held uuid[] := array(select id from report_data_weeks except select pg_temp.ready());
  came jsonb;
  answer jsonb;
  code text;
begin
  begin
    answer := pg_temp.call('start_collection', arguments);
    raise exception using errcode = 'AH999', detail = (select jsonb_build_object('created', answer -> 'created',
      'extended', answer -> 'extended', 'reopened', answer -> 'reopened', 'settled', answer -> 'settled',
      'executions', pg_temp.weeks_of(c.id) - (select count(*) from report_data_weeks w where w.collection_id = c.id
        and before ? w.id::text) + (select count(*) from tracking_events e where e.id > first_event
        and e.event = 'week_reopened' and e.detail ->> 'becomes' = 'due') + pg_temp.released(held, first_event),
      'released', pg_temp.released(held, first_event), 'paused', c.paused_at is not null,
      'keep_current', c.keep_current, 'settle_days', c.settle_days, 'weeks', (select jsonb_agg(concat_ws(' ',
        a ->> 'week_start_date', case when not coalesce(before, '{}') ? (a ->> 'id') then 'added' else coalesce(
          (select e.detail ->> 'becomes' from tracking_events e where e.id > first_event
            and e.event = 'week_reopened' and e.week_id = (a ->> 'id')::uuid), 'stays') end) order by n)
        from jsonb_array_elements(answer -> 'weeks') with ordinality a(a, n)))
      from report_data_collections c where c.id = (answer ->> 'collection_id')::uuid)::text;
  exception
    when sqlstate 'AH999' then
      get stacked diagnostics code = pg_exception_detail;
      return code;
    when others then
      get stacked diagnostics code = pg_exception_detail;
      return jsonb_build_object('refused', code, 'message', sqlerrm);
  end;
end;
$$;

-- Eight weeks that were cancelled: completed, failed, running, its result waits, its create got no answer, never begun,
-- skipped by another system, failed at AMC while nobody asked.
create function pg_temp.fill() returns void language plpgsql as $$
begin
  perform pg_temp.start_collection(weeks => 8, first_day => '2024-12-30');
  update report_data_collections set workflow_id = (select id from amc_workflows where parameters <> '[]');
  perform pg_temp.complete_week(1, 'exec-1');
  perform pg_temp.run_week(2, 'exec-2', 'FAILED');
  perform update_week_status(pg_temp.collection(), pg_temp.week(2), 'failed', null, 'exec-2');
  perform pg_temp.run_week(3, 'exec-3', 'RUNNING');
  perform pg_temp.run_week(4, 'exec-4', 'SUCCEEDED');
  perform pg_temp.lose_create(5);
  perform update_week_status(pg_temp.collection(), pg_temp.week(7), 'skipped');
  perform pg_temp.make_due(8);
  perform pg_temp.run_week(8, 'exec-8', 'RUNNING');
  perform cancel_collection(pg_temp.collection());
  perform record_observation('exec-8', '{"id": "exec-8", "status": "FAILED"}');
end;
$$;
create function pg_temp.enter(name text) returns void language plpgsql as $$
begin
  insert into amc_instance_members (instance_id, user_id, role)
  values ('amcpgtap1', pg_temp.user_id('colleague'), 'analyst');
  if enter.name not in ('none', 'long retention', 'another version is kept current') then
    perform pg_temp.fill();
  end if;
  if enter.name in ('archived', 'paused by hand', 'nobody stands behind it', 'kept current') then
    perform start_collection(pg_temp.user_id('owner'), 'amcpgtap1', workflow_id, start_date => '2025-01-06',
      end_date => case enter.name when 'kept current' then '2025-01-12' else '2025-02-09' end::date)
    from report_data_collections;
  end if;
  if (select s.becomes from state s where s.name = enter.name) is not null then
    execute (select s.becomes from state s where s.name = enter.name);
  end if;
end;
$$;
-- Each state is entered and left again; what was compared in it stays.
create function pg_temp.compare(name text) returns jsonb language plpgsql as $$
declare
  seen text;
begin
  begin
    perform pg_temp.enter(compare.name);
    raise exception using errcode = 'AH998', detail = (select jsonb_object_agg(a.arguments,
      jsonb_build_array(pg_temp.previewed(a.arguments), pg_temp.started(a.arguments))) from asked a)::text;
  exception
    when sqlstate 'AH998' then
      get stacked diagnostics seen = pg_exception_detail;
  end;
  return seen::jsonb;
end;
$$;
do $$
begin
  perform pg_temp.connect_instance();
  perform save_workflow('amcpgtap1', 'Weekly campaigns', 'select campaign, impressions from sponsored_ads_traffic',
    '[{"name": "brand", "dataType": "STRING"}]');
end;
$$;

create temporary table seen on commit drop as
select s.name, c.key as arguments, c.value -> 0 as previewed, c.value -> 1 as started
from state s, jsonb_each(pg_temp.compare(s.name)) c;
select is(previewed, started, format('%s: %s', name, arguments)) from seen;

-- What was compared was worth it.
select is(array_agg(distinct split_part(w, ' ', 2) order by split_part(w, ' ', 2)),
  '{added,due,followed,loaded,stays}', 'among them each thing that becomes of a week')
from seen, jsonb_array_elements_text(started -> 'weeks') w;
select is(array_agg(distinct started ->> 'refused' order by started ->> 'refused')
    filter (where started ? 'refused'), array['another_version_kept_current', 'catch_up_too_long',
  'instance_has_too_many_open_weeks', 'instance_not_found', 'member_day_is_full', 'name_out_of_range',
  'parameters_not_an_object', 'range_ambiguous',
  'range_in_future', 'range_incomplete', 'range_not_kept', 'range_not_whole_weeks', 'role_too_low',
  'settle_days_out_of_range', 'unknown_parameter', 'unknown_time_zone', 'unknown_weekday', 'weeks_out_of_range'],
  'these refusals') from seen;
select ok(count(*) filter (where started ->> 'settled' > '0') > 0 and count(*) filter (where started ? 'weeks') > 100,
  'weeks that have settled, and many starts') from seen;

select ok(count(*) filter (where name = 'archived' and started ->> 'released' > '0') > 0
  and count(*) filter (where name = 'nobody stands behind it' and started ->> 'released' > '0') > 0
  and count(*) filter (where name = 'paused by hand' and started ->> 'paused' = 'true') > 0,
  'weeks that were held, and what stays paused') from seen;

select * from finish();
rollback;
