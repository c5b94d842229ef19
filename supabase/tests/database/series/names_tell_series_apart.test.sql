-- A series says its weekday, zone and parameters in words, and different series have different words.
begin;
\ir ../../_shared/three_weeks.psql
select plan(11);

select is(amc_history.series_words(weekday, zone, parameters), words, words)
from (values ('monday', 'UTC', '{}'::jsonb, 'weeks from monday, UTC'),
  ('sunday', 'America/New_York', '{"brand": "Acme & Co", "asin": "B00"}',
    'weeks from sunday, America/New_York, asin=B00, brand="Acme & Co"'),
  ('sunday', 'UTC', '{"a": ["x", "y"]}', 'weeks from sunday, UTC, a=["x", "y"]'),
  ('sunday', 'UTC', '{"a": "new brand", "b": ""}', 'weeks from sunday, UTC, a=new brand, b=""'))
  t(weekday, zone, parameters, words);
select isnt(amc_history.series_words('monday', 'UTC', a), amc_history.series_words('monday', 'UTC', b), what)
from (values ('{"a": "1, b=2"}'::jsonb, '{"a": "1", "b": "2"}'::jsonb, 'a value that looks like two'),
  ('{"a": "[\"x\"]"}', '{"a": ["x"]}', 'a text that looks like a list'),
  ('{"a": "x "}', '{"a": "x"}', 'a blank at the end'),
  (jsonb_build_object('a', repeat('x', 4000) || '1'), jsonb_build_object('a', repeat('x', 4000) || '2'),
    'long values that differ at the end')) t(a, b, what);
select cmp_ok(char_length(amc_history.series_words('monday', 'UTC', jsonb_build_object('a', repeat('x', 4000)))),
  '<=', 300, 'long ones are cut');
select is((select series from report_data_collections), 'weeks from monday, UTC', 'each collection has its own');
set local role service_role;
select lives_ok($$ insert into report_data_collections
  (instance_id, workflow_id, start_date, end_date, time_zone)
  select instance_id, workflow_id, start_date, end_date, 'Europe/Berlin' from report_data_collections $$,
  'whoever may make a collection need call no function for it');

select * from finish();
rollback;
