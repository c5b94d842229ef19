-- An address that pg_net does not take fails no run, and an alert says so in its words; slashes at its end are no harm.
begin;
\ir ../../_shared/schedule.psql
select plan(12);

select pg_temp.start_collection(weeks => 3);
-- How many requests the schedule sends to this address, and how often the alert that is open was raised.
create function pg_temp.dispatch_to(url text) returns text language plpgsql as $$
declare
  sent integer;
begin
  perform vault.update_secret(id, url) from vault.secrets where name = 'amc_history_project_url';
  sent := amc_history.dispatch_collect();
  return concat_ws(' ', sent, 'sent',
    (select times from tracking_alerts where code = 'schedule_not_configured' and resolved_at is null));
end;
$$;

select is(pg_temp.dispatch_to('project.test'), '0 sent 1', 'without a scheme');
select is(pg_temp.dispatch_to('https://project .test'), '0 sent 2', 'with a blank');
select is(pg_temp.dispatch_to(E'https://project.test\n'), '0 sent 3', 'with a newline');
select is(pg_temp.dispatch_to(' https://project.test'), '0 sent 4', 'with a blank before it');
select is(pg_temp.dispatch_to('https://'), '0 sent 5', 'without a host');
select is(pg_temp.dispatch_to(''), '0 sent 6', 'empty');
select is(pg_temp.dispatch_to('https:// pasted'), '0 sent 7', 'with what should not be there');
select matches((select message from tracking_alerts where code = 'schedule_not_configured'),
  'amc_history_project_url.*URL using bad/illegal format', 'the alert names it, and has the words of pg_net');
select doesnt_match((select message from tracking_alerts where code = 'schedule_not_configured'), 'pasted',
  'but not what Vault has');
select is(pg_temp.requests(), 0::bigint, 'no request waits');
select is(pg_temp.dispatch_to('http://project.test//'), '1 sent', 'slashes at its end are no part of it');
select is((select url from net.http_request_queue), 'http://project.test/functions/v1/collect', 'that is called');

select * from finish();
rollback;
