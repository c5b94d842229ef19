-- The columns that a header has more or less than another are named.
begin;
\ir ../../_shared/setup.psql
select plan(10);

select is(amc_history.describe_header_change(array['a', 'b', 'c'], got), description, got::text)
from (values
  (array['a', 'b', 'c', 'd'], 'added d'),
  (array['a', 'c'], 'removed b'),
  (array['d', 'a', 'b', 'c'], 'added d'),
  (array['a', 'c', 'b'], ''),
  (array['C', ' A', 'b'], ''),
  (array['a', 'b', 'b', 'New name'], 'added b, "New name"; removed c'),
  (array['c', 'x', 'a'], 'added x; removed b'),
  (array['a', 'b', 'c'], '')) as t(got, description);
select is(amc_history.match_header(array['a', 'A', 'b', 'a'], array['A', 'B', 'a', 'a', 'a']), array[2, 3, 1, 4, null],
  'names are matched exactly first, equal ones in their order');
select ok(length(amc_history.describe_header_change(array_fill('x'::text, array[1000]),
  array_fill(repeat('y', 1000), array[1000]))) < 4000, 'in words that stay short');

select * from finish();
rollback;
