drop view if exists public.contract_titles, public.contract_moods;
drop table if exists public.contract_notes, public.contract_pairs, public.contract_authors,
  public.contract_hidden, public.contract_shapes cascade;
drop type if exists public.contract_mood;
do $$
declare f regprocedure;
begin
  for f in select oid::regprocedure from pg_proc
    where pronamespace = 'public'::regnamespace and proname like 'contract\_%' loop
    execute format('drop function %s', f);
  end loop;
end $$;
