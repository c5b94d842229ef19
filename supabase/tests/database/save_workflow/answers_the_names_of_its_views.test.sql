-- Saving a workflow returns the names of its views, which are stored with it.
begin;
\ir ../../_shared/three_weeks.psql
select plan(6);

create temporary table saved on commit drop as
select * from save_workflow('amcpgtap1', 'Weekly campaigns', 'select campaign, impressions from sponsored_ads_traffic');
do $$ begin
  perform pg_temp.run_week(1, 'exec-1');
  perform amc_history.begin_load(pg_temp.attempt(1), 1, array['campaign']);
end $$;

select has_view('public', results_view::name, 'the view with types has the name that was answered') from saved;
select has_view('public', raw_view::name, 'so has the view of the text') from saved;
select is((select array_agg(results_view || ' ' || raw_view) from amc_workflows),
  (select array[results_view || ' ' || raw_view] from saved), 'both names are stored with the workflow');
select matches(results_view, '^results_weekly_campaigns_amcpgtap1_[0-9a-f]{12}$',
  'they say the query, the instance and the version') from saved;

do $$ begin perform pg_temp.connect_instance(repeat('amcLong_-', 7)); end $$;
select cmp_ok(octet_length((save_workflow(repeat('amcLong_-', 7), repeat('long name ', 10), 'select 1')).results_view),
  '<=', 63, 'Postgres keeps a long one whole');
select matches((save_workflow('amcpgtap1', '日本語', 'select 1')).results_view,
  '^results_workflow_amcpgtap1_[0-9a-f]{12}$',
  'a name without a letter has one too');

select * from finish();
rollback;
