-- Numbers that JavaScript would round are returned as text.
begin;
\ir ../../_shared/setup.psql
select plan(2);

create function pg_temp.as_json(n numeric) returns jsonb language plpgsql as $$
declare
  made jsonb;
begin
  execute 'select ' || amc_history.json_number('$1') into made using n;
  return made;
end;
$$;

select is_empty($$ select n from unnest(array['0', '-0.5', '12.50', '9007199254740992', '-9007199254740992',
    '0.123456789012345',
    '123456.789012345', '1000000000000000', '0.000000000123456789012345']::numeric[]) n
  where jsonb_typeof(pg_temp.as_json(n)) <> 'number' $$, 'what a double holds exactly enough stays a number');
select is_empty($$ select n from unnest(array['9007199254740993', '-9007199254740993', '0.1234567890123456',
    '1234567.890123456',
    '123456789012345678901.1', '1e400', '1e-310']::numeric[]) n
  where pg_temp.as_json(n) is distinct from to_jsonb(n::text) $$,
  'what JavaScript would round is text, with every digit');

select * from finish();
rollback;
