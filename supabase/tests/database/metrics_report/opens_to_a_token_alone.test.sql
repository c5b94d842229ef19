-- metrics_report opens to whoever has a token, which is kept as a hash alone.
begin;
\ir ../../_shared/three_weeks.psql
select plan(12);

create temporary table token on commit drop as select amc_history.create_metrics_token('prometheus') as token;
grant select on token to service_role;
create function pg_temp.report(token text) returns jsonb language sql as
  $$ select metrics_report(encode(sha256(convert_to(token, 'UTF8')), 'hex')) $$;

select matches((select token from token), '^amcm_[0-9a-f]{64}$', 'a token');
select is((select count(*) from amc_history.metrics_tokens t, token where t::text like '%' || token || '%'), 0::bigint,
  'which is not kept');
do $$ begin perform set_config('request.jwt.claims', '{"role": "service_role"}', true); end $$;
set local role service_role;
select is((select array_agg(key order by key) from token, jsonb_object_keys(pg_temp.report(token)) key),
  array['alerts', 'figures', 'heartbeats', 'states', 'stoppages'], 'opens the report');
select is((select pg_temp.report(token) -> 'figures' from token), (select jsonb_agg(to_jsonb(f)) from
  tracking_figures(amc_history.clock_now() - interval '24 hours', amc_history.clock_now(), 'amcpgtap1') f),
  'with the figures of each instance for a day');
select is((select pg_temp.report(token) -> 'states' from token), '{"amcpgtap1": "connected"}', 'and their states');
select is(pg_temp.report('amcm_'), null, 'another token opens nothing');
select is((select metrics_report(token) from token), null, 'nor does a token in place of its hash');
select is(metrics_report(null), null, 'nor none');
do $$ begin perform record_stoppage('listing', 'amcpgtap1', 'forbidden', 'amc', 'No.', 'amcpgtap1',
  waits_for_person => true); end $$;
select is((select jsonb_build_array(r -> 'stoppages' -> 'listing', r -> 'stoppages' -> 'job',
    r -> 'alerts' -> 'held_up') from token, pg_temp.report(token) r), '[1, 0, 1]',
  'open stoppages by kind and alerts by code, and zeros');
reset role;
do $$ begin perform amc_history.create_metrics_token('prometheus'); end $$;
select is((select pg_temp.report(token) from token), null, 'a second token of a name replaces the first');
update amc_history.metrics_tokens set token_hash = (select encode(sha256(convert_to(token, 'UTF8')), 'hex') from token);
select is(array[amc_history.delete_metrics_token('prometheus'), amc_history.delete_metrics_token('prometheus')],
  array[true, false], 'a token is taken back once');
select is((select pg_temp.report(token) from token), null, 'and opens nothing then');

select * from finish();
rollback;
