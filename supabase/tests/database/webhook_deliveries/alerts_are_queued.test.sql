-- An alert is queued for the webhooks that tell it, its end for those that were told; what flaps is told once a period.
begin;
\ir ../../_shared/webhooks.psql
select plan(20);

create function pg_temp.raise() returns void language sql as
  $$ select amc_history.raise_alert('late_execution', 'AMC said no.', 'amcpgtap1') $$;
create function pg_temp.resolve() returns void language sql as
  $$ update tracking_alerts set resolved_at = amc_history.clock_now() where resolved_at is null $$;
do $$
begin
  perform pg_temp.connect_instance('amcpgtap2');
  perform pg_temp.hook('ours'), pg_temp.hook('theirs', 'amcpgtap2'), pg_temp.hook('all', null),
    pg_temp.hook('weeks', tells => '{failed_weeks}'), pg_temp.hook('raised', tells => '{alerts}');
  perform pg_temp.raise();
end;
$$;
select is(pg_temp.told('ours'), array['alert_raised late_execution queued'], 'a webhook of the instance is told');
select is(pg_temp.told('all'), array['alert_raised late_execution queued'], 'and one of all instances');
select is(pg_temp.told('theirs'), null, 'one of another instance is not');
select is(pg_temp.told('weeks'), null, 'nor one that does not tell alerts');
select is((select item - 'raised_at' from webhook_deliveries where webhook_id = pg_temp.hook_id('ours')),
  '{"code": "late_execution", "times": 1, "message": "AMC said no.", "week_id": null, "next_step":
    "See in AMC whether the execution still runs.", "instance_id": "amcpgtap1", "resolved_at":
    null, "collection_id": null}', 'with what there is to know');
do $$ begin perform pg_temp.raise(); end $$;
select is(pg_temp.told('ours'), array['alert_raised late_execution queued'], 'what is open already is not told again');
do $$ begin perform pg_temp.resolve(); end $$;
select is(pg_temp.told('ours'), array['alert_raised late_execution dropped'],
  'resolved before it was told, it is dropped');
do $$ begin perform pg_temp.raise(); end $$;
select is(pg_temp.told('ours'), array['alert_raised late_execution dropped', 'alert_raised late_execution queued'],
  'what was not told is no reason to wait');
select is(pg_temp.claim(), array['all: alert_raised', 'ours: alert_raised', 'raised: alert_raised'], 'it is delivered');
do $$ begin perform pg_temp.answer('ours', true, 200), pg_temp.answer('raised', true, 200), pg_temp.resolve(); end $$;
select is((pg_temp.told('ours'))[2:], array['alert_raised late_execution sent', 'alert_resolved late_execution queued'],
  'its end is told to whom it was told');
select is((pg_temp.told('all'))[2:], array['alert_raised late_execution queued',
  'alert_resolved late_execution queued'],
  'or is being told');
select is((pg_temp.told('raised'))[2:], array['alert_raised late_execution sent'], 'if that wants to know');
select is(pg_temp.claim(), array['ours: alert_resolved'], 'after what is being told now');
do $$ begin perform pg_temp.answer('ours', true, 200), pg_temp.answer('all', true, 200); end $$;
do $$ begin for n in 1 .. 9 loop perform pg_temp.raise(), pg_temp.resolve(); end loop; perform pg_temp.raise(); end $$;
select is((select array_agg(t) from unnest(pg_temp.told('ours')) t where t !~ 'dropped'),
  array['alert_raised late_execution sent', 'alert_resolved late_execution sent',
  'alert_raised late_execution queued later'],
  'what flaps waits for the end of the period');
do $$ begin perform pg_temp.resolve(), pg_temp.wait('1 hour'); end $$;
select is(pg_temp.claim(), array['all: alert_resolved'], 'and is not told if it is resolved then');
do $$ begin perform pg_temp.raise(); end $$;
select is((pg_temp.told('ours'))[cardinality(pg_temp.told('ours'))], 'alert_raised late_execution queued',
  'after the period it is told at once');

-- What fails to be queued undoes nothing.
alter table webhook_deliveries rename to hidden;
do $$ begin perform pg_temp.resolve(), amc_history.raise_alert('matcher_failed', 'm', 'amcpgtap1'); end $$;
select is(pg_temp.open_alerts(), array['matcher_failed'], 'the alert is there');
select is((select array[subject, source, code] from stoppages where ended_at is null),
  array['webhooks/queue', 'postgres', '42P01'], 'and that it is not told is a stoppage');
do $$ begin perform pg_temp.wait('1 hour'), amc_history.tell_lasting_stoppages(); end $$;
select is(pg_temp.open_alerts(), array['matcher_failed'], 'whose own alert is of no instance');
alter table hidden rename to webhook_deliveries;
do $$ begin perform amc_history.raise_alert('execution_overdue', 'm', 'amcpgtap1'); end $$;
select is((select count(*) from stoppages where ended_at is null), 0::bigint,
  'which ends with the next that is queued');

select * from finish();
rollback;
