-- With one collection a sum over all weeks is right without a filter, with a restatement under way too.
begin;
\ir ../../_shared/results.psql
select plan(4);

create function pg_temp.collected(n integer, execution text, spend text) returns void language sql as $$
  select pg_temp.load(n, execution, '{campaign,spend}', jsonb_build_array(jsonb_build_array('a', spend)),
    '[{"name": "campaign", "dataType": "STRING"}, {"name": "spend", "dataType": "DECIMAL"}]') $$;
create function pg_temp.sums() returns text[] language plpgsql as $$
declare
  view text;
  spend numeric;
  sums text[] := '{}';
begin
  for view in select unnest(array[results_view, series_view]) from amc_workflows loop
    execute format('select sum(spend) from public.%I', view) into spend;
    sums := sums || spend::text;
  end loop;
  return sums;
end;
$$;

do $$
begin
  for n in 1 .. 3 loop
    perform pg_temp.collected(n, 'exec-' || n, n::text);
    perform pg_temp.show(n, 'exec-' || n);
  end loop;
end;
$$;
select is(pg_temp.sums(), '{6,6}', 'each week counts once');
select pg_temp.collected(2, 'exec-again', '20');
select is(pg_temp.sums(), '{6,6}', 'the result of a restatement counts only once it is shown');
select pg_temp.show(2, 'exec-again');
select is(pg_temp.sums(), '{24,24}', 'then it counts in place of the earlier one');

select is((select count(*) from information_schema.columns c join amc_workflows f on c.table_name in (f.results_view,
    f.raw_view, f.series_view) where c.column_name in ('series', 'collection_id', 'workflow_id')), 9::bigint,
  'every view names series, collection and version');

select * from finish();
rollback;
