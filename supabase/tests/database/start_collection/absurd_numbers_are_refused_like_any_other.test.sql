-- Absurd numbers and dates are refused with a code, like any other bad input.
begin;
\ir ../../_shared/workflow.psql
select plan(7);

set local role service_role;

select is(pg_temp.refusal(format($call$ select start_collection(pg_temp.user_id('owner'), 'amcpgtap1',
  pg_temp.workflow(), %s) $call$, arguments)), expected, what)
from (values
  ('weeks => 400000', '22023 weeks_out_of_range', 'more weeks than there are dates'),
  ('weeks => 2147483647', '22023 weeks_out_of_range', 'the largest number'),
  ('weeks => -2147483648', '22023 weeks_out_of_range', 'the smallest number')
) as t(arguments, expected, what);
select matches(pg_temp.refusal(format($call$ select start_collection(pg_temp.user_id('owner'),
  'amcpgtap1', pg_temp.workflow(), %s) $call$, arguments)),
  '^22023 (range|weeks|parameter)', what)
from (values
  ($$ start_date => '-infinity', end_date => '2025-03-02' $$, 'a start that never was'),
  ($$ start_date => '2025-01-06', end_date => 'infinity' $$, 'an end that never comes'),
  ($$ weeks => 1, parameter_values => '[1]' $$, 'parameter values that are no object'),
  ($$ weeks => 1, parameter_values => null $$, 'parameter values that are null')
) as t(arguments, what);

select * from finish();
rollback;
