-- A digest that a webhook twice does not take may be too large for it: the next tries are half as large.
begin;
\ir ../../_shared/webhooks.psql
select plan(4);

-- How many things a worker tells next, after the webhook refused the last ones and its pause is over.
create function pg_temp.next_size() returns bigint language plpgsql as $$
declare
  size bigint;
begin
  size := (select jsonb_array_length(c.items) from claim_deliveries() c);
  perform pg_temp.answer('a', false, 413), pg_temp.wait('2 hours');
  return size;
end;
$$;
do $$
begin
  perform pg_temp.hook('a', tells => '{alerts}');
  perform amc_history.raise_alert('late_execution', 'm', 'amcpgtap1', subject => n::text) from generate_series(1, 60) n;
end;
$$;
select is(array[pg_temp.next_size(), pg_temp.next_size()], array[50, 50]::bigint[], 'as many as a digest holds');
select is(array[pg_temp.next_size(), pg_temp.next_size()], array[25, 25]::bigint[], 'then half of them');
select is(pg_temp.next_size(), 12::bigint, 'and half of those');
do $$ begin perform pg_temp.claim(), pg_temp.answer('a', true, 200); end $$;
select is((select count(*) from webhook_deliveries where state = 'sent'), 12::bigint, 'what it takes is told');

select * from finish();
rollback;
