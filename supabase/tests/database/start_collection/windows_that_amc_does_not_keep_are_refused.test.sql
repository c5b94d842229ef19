-- A new collection reaches no further back than AMC keeps the workflow's data: 13 months, unless it says more.
-- What is there already stays retriable.
begin;
\ir ../../_shared/workflow.psql
select plan(25);

create function pg_temp.start(arguments text) returns text language sql as
  $$ select pg_temp.refusal(format('select start_collection(pg_temp.user_id(%L), %L, pg_temp.workflow(), %s)',
    'owner', 'amcpgtap1', arguments)) $$;
create function pg_temp.from_day(first_day text, weeks integer default 1) returns text language sql as
  $$ select pg_temp.start(format('start_date => %L, end_date => %L', first_day,
    first_day::date + 7 * weeks - 1)) $$;

-- It is 3 March 2025.
select is(pg_temp.from_day(first_day), expected, first_day)
from (values
  ('0001-01-01', '22023 range_not_kept'),
  ('0099-12-28', '22023 range_not_kept'),
  ('0001-01-01 BC', '22023 range_not_kept'),
  ('1000-01-01', '22023 range_not_kept'),
  ('1969-12-29', '22023 range_not_kept'),
  ('2024-02-02', '22023 range_not_kept'),
  ('2024-02-03', null),
  ('2025-02-10', null),
  ('5874897-12-01', '22023 range_in_future')
) as t(first_day, expected);
select is(pg_temp.start('weeks => 60'), '22023 range_not_kept', 'sixty weeks reach further');
select is(pg_temp.start('weeks => 54'), null, 'the hint names the number of weeks that do not');
select is(pg_temp.start('week_starts_on => ''sunday'''), null, 'nor do as many as there are by default');

-- A member says that AMC keeps more of what the query reads.
do $$ begin perform pg_temp.sign_in('owner'); end $$;
select is((set_retention('amcpgtap1', pg_temp.workflow(), 60)).outcome, 'applied', 'a member says more');
select is((set_retention('amcpgtap1', pg_temp.workflow(), 60)).outcome, 'already_applied', 'once');
select is(pg_temp.refusal(format('select set_retention(%L, pg_temp.workflow(), %s)', 'amcpgtap1', months)),
  '22023 retention_out_of_range', format('%s months', months))
from unnest('{0, -1, 121, 2147483647}'::integer[]) months;
reset role;
select is(pg_temp.from_day('2020-03-03', 60), null, 'then it may reach further back');
select is(pg_temp.from_day('2020-03-02'), '22023 range_not_kept', 'and no further than that');
do $$ begin perform set_retention('amcpgtap1', pg_temp.workflow(), null); end $$;
select is(pg_temp.from_day('2020-02-25'), '22023 range_not_kept', 'null is the usual again');
select is(pg_temp.from_day('2020-03-03', 60), null, 'what is there already may be asked for');

-- The collection of 2020 is there already.
do $$
begin
  update report_data_weeks set surveyed_at = amc_history.clock_now();
  update report_data_weeks set status = 'failed', due_at = null where week_start_date = '2020-03-03';
  perform pg_temp.sign_in('owner');
end;
$$;
select is((retry_week((select id from report_data_weeks where week_start_date = '2020-03-03'))).outcome, 'applied',
  'a week that is there already is retried');
reset role;
select matches(pg_temp.refusal(format('update report_data_collections set start_date = %L, end_date = %L,
  week_starts_on = %L', first_day,
  first_day::date + 6, 'monday')), '^23514', format('no collection begins on %s, whoever writes it', first_day))
from unnest(array['0001-01-01', '2101-01-03']) first_day;

select * from finish();
rollback;
