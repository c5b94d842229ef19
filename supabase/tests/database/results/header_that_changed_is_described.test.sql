-- The difference between two headers is described.
begin;
\ir ../../_shared/setup.psql
select plan(7);

select is(amc_history.describe_header_change(array['a', 'b', 'c'], got), description, got::text)
from (values
  (array['a', 'b', 'c', 'd'], 'added d'),
  (array['a', 'c'], 'removed b'),
  (array['d', 'a', 'b', 'c'], 'added d'),
  (array['a', 'c', 'b'], 'moved c from place 3 to 2, b from place 2 to 3'),
  (array['a', 'b', 'b', 'New name'], 'added b, "New name"; removed c'),
  (array['c', 'x', 'a'], 'added x; removed b; moved c from place 3 to 1, a from place 1 to 3'),
  (array['a', 'b', 'c'], '')) as t(got, description);

select * from finish();
rollback;
