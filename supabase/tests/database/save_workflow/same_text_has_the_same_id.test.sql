begin;
\ir ../../_shared/workflow.psql
select plan(8);

set local role authenticated;
select pg_temp.sign_in('owner');
create temporary table saved on commit drop as select save_workflow('amcpgtap1', 'Brand Überblick (weekly)',
  'select brand from t') as id;

select matches((select id from saved), '^brand-berblick-weekly-[0-9a-f]{12}$', 'an id is a readable stem and a hash');
select is(save_workflow('amcpgtap1', 'Brand Überblick (weekly)', 'select brand from t'), (select id from saved),
  'the same again has the same id');
select is(save_workflow('amcpgtap1', 'brand berblick weekly', 'select brand from t'), (select id from saved),
  'so has a name with the same stem');
select isnt(save_workflow('amcpgtap1', 'Brand Überblick (weekly)', 'select brand from t '), (select id from saved),
  'a changed text has another');
select isnt(save_workflow('amcpgtap1', 'Brand Überblick (weekly)', 'select brand from t', '[{"name": "x"}]'),
  (select id from saved),
  'so have other parameters');
select matches(save_workflow('amcpgtap1', '日本語', 'select brand from t'), '^workflow-[0-9a-f]{12}$',
  'a name without a letter of its own has a stem too');
select cmp_ok(char_length(save_workflow('amcpgtap1', repeat('long name ', 10), 'select 1')), '<=', 53,
  'a long name is cut');
select is((select count(*) from amc_workflows where sql_query = 'select brand from t' and name like 'Brand%'),
  2::bigint, 'a version is there once');

select * from finish();
rollback;
