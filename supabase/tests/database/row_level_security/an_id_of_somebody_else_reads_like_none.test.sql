-- Whoever asks for what is not theirs gets the answer for an id that does not exist: no call tells which ids there are.
begin;
\ir ../../_shared/results.psql
select plan(243);

-- The first week of the owner's collection shows a result; the create of its second was lost, with an open alert.
do $$
begin
  perform pg_temp.collect(1, 'exec-1');
  perform pg_temp.make_due(2);
  perform pg_temp.lose_create(2);
  perform amc_history.raise_alert('unknown_outcome', 'Look.', 'amcpgtap1', pg_temp.week(2));
  insert into amc_instance_members (instance_id, user_id, role) values
    ('amcpgtap1', pg_temp.user_id('colleague'), 'viewer');
  perform invite('{amcpgtap1}', 'viewer');
  perform set_webhook('ours', 'slack', 'https://hooks.test/x', instance_id => 'amcpgtap1');
  insert into id_backfills (instance_id, since, actor, list_from, list_until, most_calls)
    values ('amcpgtap1', '2025-01-06', 'system', '2025-01-06', '2025-03-03', 1);
end;
$$;
create temporary table known on commit drop as
select 'collection' as kind, pg_temp.collection()::text as id
union all select 'week', pg_temp.week(1)::text
union all select 'attempt', pg_temp.attempt(2)::text
union all select 'alert', max(id)::text from tracking_alerts
union all select 'webhook', id::text from webhooks
union all select 'invitation', id::text from invitations
union all select 'execution', 'exec-1'
union all select 'id_backfill', id::text from id_backfills
union all select 'instance', 'amcpgtap1';
create temporary table unknown on commit drop as
select kind, case kind when 'alert' then '999999999' when 'execution' then 'exec-none' when 'instance' then 'amcnone'
  else gen_random_uuid()::text end as id from known;
-- Each call that a signed-in user may make, with <> for the id.
create temporary table call on commit drop as
select * from (values
  ('accept_header', 'instance', 'accept_header(<>, (select w.id from workflow w))'),
  -- Its token is known to whom it was handed over.
  ('accept_invitation', 'token', 'accept_invitation(<>)'),
  ('archive_collection', 'collection', 'archive_collection(<>)'),
  ('backfill_execution_ids', 'instance', 'backfill_execution_ids(instance_id => <>)'),
  ('cancel_collection', 'collection', 'cancel_collection(<>)'),
  ('cancel_id_backfill', 'id_backfill', 'cancel_id_backfill(<>)'),
  ('check_workflow_again', 'instance', 'check_workflow_again(<>, (select w.id from workflow w))'),
  ('choose_execution', 'week', $c$choose_execution(<>, 'exec-9')$c$),
  ('compare_executions', 'execution', 'compare_executions(<>, <>)'),
  ('confirm_execution', 'attempt', $c$confirm_execution(<>, 'exec-9')$c$),
  ('confirm_no_execution', 'attempt', 'confirm_no_execution(<>)'),
  ('continue_with', 'collection', 'continue_with(<>, (select w.id from workflow w))'),
  ('delete_webhook', 'webhook', 'delete_webhook(<>)'),
  ('execution_rows', 'execution', 'execution_rows(<>)'),
  ('let_go_of_execution', 'execution', $c$let_go_of_execution(<>, 'It hangs.')$c$),
  ('invite', 'instance', $c$invite(array[<>], 'viewer')$c$),
  ('leave_instance', 'instance', 'leave_instance(<>)'),
  ('list_members', 'instance', 'list_members(<>)'),
  ('pause_collection', 'collection', 'pause_collection(<>)'),
  ('preview_collection', 'instance', 'preview_collection(<>, (select w.id from workflow w))'),
  ('remove_member', 'instance', 'remove_member(<>, gen_random_uuid())'),
  ('rename_collection', 'collection', $c$rename_collection(<>, 'Mine')$c$),
  ('resolve_alert', 'alert', 'resolve_alert(<>)'),
  ('restate_week', 'week', 'restate_week(<>)'),
  ('resume_collection', 'collection', 'resume_collection(<>)'),
  ('retry_failed_weeks', 'collection', 'retry_failed_weeks(<>)'),
  ('retry_week', 'week', 'retry_week(<>)'),
  ('save_workflow', 'instance', $c$save_workflow(<>, 'Weekly', 'select 1')$c$),
  ('set_keep_current', 'collection', 'set_keep_current(<>, true)'),
  ('set_keep_versions', 'collection', 'set_keep_versions(<>, 2)'),
  ('set_restatement_policy', 'collection', 'set_restatement_policy(<>, 2)'),
  ('set_retention', 'instance', $c$set_retention(<>, (select w.id from workflow w), 24)$c$),
  ('set_role', 'instance', $c$set_role(<>, gen_random_uuid(), 'viewer')$c$),
  ('set_webhook', 'instance', $c$set_webhook('w', 'slack', 'https://hooks.test/x', null, <>)$c$),
  ('take_over_collection', 'collection', 'take_over_collection(<>)'),
  ('test_webhook', 'webhook', 'test_webhook(<>)'),
  ('tracking_figures', 'instance', $c$tracking_figures('2025-01-01', '2026-01-01', <>)$c$),
  ('week_rows', 'week', 'week_rows(<>)'),
  ('withdraw_invitation', 'invitation', 'withdraw_invitation(<>)')
) as t(name, kind, call);
create temporary table workflow on commit drop as select id from amc_workflows;
grant select on known, unknown, call, workflow to authenticated;

-- All that a caller sees of a refusal, with <> in place of the id; 'answered' if there is none.
create function pg_temp.answer(call text, id text) returns text language plpgsql as $$
declare
  message text;
  detail text;
  hint text;
begin
  execute 'select ' || replace(call, '<>', quote_literal(id));
  return 'answered';
exception
  when others then
    get stacked diagnostics message = message_text, detail = pg_exception_detail, hint = pg_exception_hint;
    return concat_ws(' | ', sqlstate, detail, replace(concat_ws(' | ', message, hint), id, '<>'));
end;
$$;

select is((select array_agg(p.proname::text order by p.proname) from pg_proc p
    where p.pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', p.oid, 'execute')
      and exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e') is false
      and p.prorettype <> 'trigger'::regtype),
  (select array_agg(c.name order by c.name) from call c), 'every call of a signed-in user stands in the table');

-- Somebody who is no member, and a member who may only read.
do $$ begin perform pg_temp.sign_in('other'); end $$;
select matches(pg_temp.answer(c.call, u.id), '^PT404 \| [a-z]+_not_found \|', format('%s: there is no such id', c.name))
from call c join unknown u using (kind);
select is(pg_temp.answer(c.call, k.id), pg_temp.answer(c.call, u.id), format('%s: no member', c.name))
from call c join known k using (kind) join unknown u using (kind);
select ok(length(replace(pg_temp.answer(c.call, repeat('ab', 50000)), '<>', repeat('ab', 50000))) < 1000,
  format('%s: its refusal is short, however long the id', c.name))
from call c where c.kind in ('instance', 'execution');
reset role;
do $$ begin perform pg_temp.sign_in('colleague'); end $$;
select matches(pg_temp.answer(c.call, k.id), case when c.name in ('compare_executions', 'execution_rows',
    'list_members', 'preview_collection', 'tracking_figures', 'week_rows') then '^answered|result_not_kept'
  when c.kind in ('invitation', 'webhook') then '^PT404'
    else '^PT403 \| role_too_low' end, format('%s: a viewer', c.name))
from call c join known k using (kind) where c.name not in ('leave_instance', 'set_webhook');
reset role;

select is(pg_temp.refusal(format($c$select start_collection(%L, 'amcpgtap1', 'w')$c$, pg_temp.user_id('colleague'))),
  'PT403 role_too_low', 'start_collection: a viewer');

-- An analyst does all but what is an admin's. What a call did is undone.
create function pg_temp.role_suffices(call text, id text) returns boolean language plpgsql as $$
begin
  execute 'select ' || replace(call, '<>', quote_literal(id));
  raise exception using errcode = 'AH999';
exception
  when sqlstate 'PT403' then
    return false;
  when sqlstate 'PT404' then
    return null;
  when others then
    return true;
end;
$$;
update amc_instance_members set role = 'analyst' where user_id = pg_temp.user_id('colleague');
do $$ begin perform pg_temp.sign_in('colleague'); end $$;
select is(pg_temp.role_suffices(c.call, k.id), case when c.name in ('invite', 'remove_member', 'set_role') then false
    when c.kind not in ('invitation', 'webhook') and c.name <> 'set_webhook' then true end,
  format('%s: an analyst', c.name))
from call c join known k using (kind);
reset role;

-- An admin, while a member and afterwards.
do $$ begin perform pg_temp.sign_in('owner'); end $$;
select isnt(pg_temp.answer(c.call, k.id), pg_temp.answer(c.call, u.id), format('%s: an admin', c.name))
from call c join known k using (kind) join unknown u using (kind)
where c.name not in ('cancel_collection', 'delete_webhook', 'resolve_alert');
reset role;
delete from amc_instance_members where instance_id = 'amcpgtap1' and user_id = pg_temp.user_id('owner');
do $$ begin perform pg_temp.sign_in('owner'); end $$;
select is(pg_temp.answer(c.call, k.id), pg_temp.answer(c.call, u.id), format('%s: who left', c.name))
from call c join known k using (kind) join unknown u using (kind);
reset role;
select is(pg_temp.answer(format($c$start_collection(%L, <>, 'w')$c$, pg_temp.user_id('owner')), 'amcpgtap1'),
  pg_temp.answer(format($c$start_collection(%L, <>, 'w')$c$, pg_temp.user_id('owner')), 'amcnone'),
  'start_collection: who left');

-- An execution of another instance is no more known than one that does not exist.
do $$
begin
  perform pg_temp.connect_instance('amcpgtap2');
  perform pg_temp.start_collection(1, first_day => '2025-01-27', instance => 'amcpgtap2');
  perform claim_due_weeks(10);
  perform record_execution((select id from week_attempts where instance_id = 'amcpgtap2'), 'exec-2');
  perform set_config('amc_history.clock', '2025-03-03T13:00:00Z', true);
  insert into amc_instance_members (instance_id, user_id) values ('amcpgtap1', pg_temp.user_id('owner'));
  perform pg_temp.sign_in('owner');
end;
$$;
select is((confirm_execution((select id::uuid from known where kind = 'attempt'), 'exec-2')).outcome, 'applied',
  'confirm_execution: an execution of another instance is looked up at AMC, like one that does not exist');

select * from finish();
rollback;
