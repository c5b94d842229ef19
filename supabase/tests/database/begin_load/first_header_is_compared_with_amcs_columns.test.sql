-- The first header is compared with AMC's outputColumns where they are known; one that differs waits for a person.
begin;
\ir ../../_shared/results.psql
select plan(8);

do $$ begin perform pg_temp.run_week(1, 'exec-1', 'SUCCEEDED'); end $$;
create function pg_temp.told(variadic names text[]) returns void language sql as $$
  update workflow_executions set output_columns =
    (select jsonb_agg(jsonb_build_object('name', n)) from unnest(names) n) $$;
create function pg_temp.begin(variadic header text[]) returns text language plpgsql as $$
declare
  answer text;
begin
  delete from result_loads where not complete;
  delete from amc_history.result_tables;
  update stoppages set ended_at = now();
  answer := (select case when load_id is null then 'waits' else 'begun' end
    from amc_history.begin_load(pg_temp.attempt(1), 1, header));
  return answer;
end;
$$;

select is(pg_temp.begin('campaign', 'clicks'), 'begun', 'AMC told nothing: any header is taken');
do $$ begin perform pg_temp.told('campaign', 'clicks'); end $$;
select is(pg_temp.begin('campaign', 'clicks'), 'begun', 'the same is taken');
select is(pg_temp.begin('Clicks', 'CAMPAIGN'), 'begun', 'in any order and case');
select is(pg_temp.begin('campaign', 'clicks', 'more'), 'waits', 'one more waits');
select is(pg_temp.begin('campaign'), 'waits', 'one less waits');
select is(pg_temp.begin('report', 'of a week'), 'waits', 'others wait');
select matches((select words from stoppages where ended_at is null),
  'has not the columns of AMC''s outputColumns: added report, "of a week"; removed campaign, clicks\.', 'it says why');
select is((select count(*) from amc_history.result_tables), 0::bigint, 'what waits makes no table');

select * from finish();
rollback;
