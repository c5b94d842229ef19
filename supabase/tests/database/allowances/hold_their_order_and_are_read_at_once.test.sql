begin;
\ir ../../_shared/three_weeks.psql
select plan(22);

-- Each CHECK refuses an order that the allowances must not have.
create function pg_temp.set(assignments text) returns text language plpgsql as $$
declare
  violated text;
begin
  execute 'update amc_history.allowances set ' || assignments;
  return 'taken';
exception
  when check_violation then
    get stacked diagnostics violated = constraint_name;
    return violated;
end;
$$;
select is(pg_temp.set(assignments), violated, assignments)
from (values
  ('pause_base = ''0''', 'all_are_positive'),
  ('load_errors = 0', 'all_are_positive'),
  ('post_window = ''31 seconds''', 'answer_comes_within_the_lease'),
  ('create_in_flight = ''60 seconds''', 'lease_ends_within_the_flight'),
  ('create_tries = 0', 'all_are_positive'),
  ('retention_ends = ''0''', 'all_are_positive'),
  ('watch = ''5 minutes''', 'abandoned_is_watched_beyond_the_lag'),
  ('pause_longest = ''14 seconds''', 'pauses_grow'),
  ('failed_retry_longest = ''4 minutes''', 'failed_retries_grow'),
  ('load_retry_longest = ''9 seconds''', 'load_retries_grow'),
  ('result_wait_longest = ''1 day''', 'result_waits_grow'),
  ('result_gone_errors = 9', 'gone_results_are_given_up_sooner'),
  ('default_weeks = 61', 'default_weeks_are_allowed'),
  ('query_characters = 1000001', 'query_characters_are_sane'),
  ('declared_parameters = 0', 'declared_parameters_are_sane'),
  ('parameter_name_characters = 256', 'parameter_name_characters_are_sane'),
  ('parameter_text_characters = 254', 'parameter_text_characters_are_sane'),
  ('post_window = ''5 s'', create_timeout = ''3 s'', create_lease = ''8 s'', create_in_flight = ''10 s''', 'taken')
) as t(assignments, violated);

-- What is set holds from the next claim on.
create temporary table claimed as select * from claim_due_weeks(1);
select results_eq($$ select c.post_within_seconds, a.leased_until - a.intended_at, a.settle_after - a.intended_at
    from claimed c join week_attempts a on a.id = c.attempt_id $$,
  $$ values (5, interval '8 seconds', interval '310 seconds') $$, 'the next claim goes by them');
select throws_ok('insert into amc_history.allowances (only_row) values (false)', '23514', null, 'there is one row');
delete from amc_history.allowances;
select throws_ok('select claim_due_weeks(1)', 'P0002', null, 'and without it nothing goes on');
select is((select array_agg(a.attname) from pg_attribute a where a.attrelid = 'amc_history.allowances'::regclass
  and a.attnum > 0 and col_description(a.attrelid, a.attnum) is null), null, 'each allowance says what it is');

select * from finish();
rollback;
