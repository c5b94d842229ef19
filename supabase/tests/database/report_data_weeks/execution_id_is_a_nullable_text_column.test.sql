-- report_data_weeks.execution_id is a nullable text column with a comment.
begin;
\ir ../../_shared/setup.psql
select plan(5);

select has_column('public', 'report_data_weeks', 'execution_id', 'the column exists');
select col_type_is('public', 'report_data_weeks', 'execution_id', 'text', 'it is text');
select col_is_null('public', 'report_data_weeks', 'execution_id', 'it may be null');
select col_hasnt_default('public', 'report_data_weeks', 'execution_id', 'it has no default');
select isnt(col_description('public.report_data_weeks'::regclass,
  (select attnum from pg_attribute where attrelid = 'public.report_data_weeks'::regclass and attname = 'execution_id')),
  null, 'it has a comment');

select * from finish();
rollback;
