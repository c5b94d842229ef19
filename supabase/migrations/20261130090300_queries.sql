-- Queries: what is sent to AMC of a query that a person wrote, and what must hold of it and its parameters.

create function amc_history.prepare_query(written text, out sent text, out reads text[])
language plpgsql volatile set search_path = ''
as $$
declare
  state text := 'code';
  depth integer := 0;
  line integer := 1;
  begun integer := 1;
  atom text;
  previous text := '';
  code text := '';
  literal text;
  pieces text[] := '{}'::text[];
begin
  reads := '{}';
  for atom in select m[1] from regexp_matches(prepare_query.written,
      '([\x27\x22/*\n\r-]|[^\x27\x22/*\n\r-]+)', 'g') m loop
    pieces := pieces || case when state in ('line comment', 'comment')
      then regexp_replace(atom, '[^\n\r\t]', ' ', 'g') else atom end;
    if state = 'code' and previous || atom in ('--', '/*') then
      state := case atom when '-' then 'line comment' else 'comment' end;
      begun := line;
      depth := 1;
      pieces[cardinality(pieces) - 1] := ' ';
      pieces[cardinality(pieces)] := ' ';
      atom := '';
    elsif state = 'code' and atom in ('''', chr(34)) then
      state := case atom when chr(34) then 'quoted name' else 'text' end;
      begun := line;
      literal := '';
    elsif (state, atom) in (('text', ''''), ('quoted name', chr(34))) then
      if state = 'text' and code ~* '\mcustom_parameter\s*\(\s*$' then
        reads := reads || literal;
      end if;
      state := 'code';
      code := atom;
    elsif state = 'text' then
      literal := literal || atom;
    elsif state = 'line comment' and atom in (E'\n', E'\r') then
      state := 'code';
    elsif state = 'comment' and previous || atom in ('/*', '*/') then
      depth := depth + case atom when '*' then 1 else -1 end;
      state := case depth when 0 then 'code' else 'comment' end;
      -- What ends or begins one comment does not begin another one.
      atom := '';
    elsif state = 'code' then
      code := right(code || atom, 100);
    end if;
    line := line + (atom = E'\n')::integer;
    previous := atom;
  end loop;
  if state not in ('code', 'line comment') then
    perform amc_history.refuse('query_unterminated',
      format('Expected that every text, quoted name and comment ends; the %s of line %s does not.', state, begun),
      'Close it. A quote within a text is written twice.');
  end if;
  sent := regexp_replace(array_to_string(pieces, ''), '[\s;]+$', '');
end;
$$;
comment on function amc_history.prepare_query(text) is
  $$What is sent to AMC of a query as a person wrote it: without semicolons and blanks at its end, since one with a
semicolon gave empty results with SUCCEEDED (CS, M), and with its comments blanked character by character: line breaks
and tabs stay, so that AMC's lines and columns are those of the written query. Texts, quoted names and comments within
comments are respected. reads: the names that it reads with CUSTOM_PARAMETER. Refuses what does not end
(query_unterminated).$$;

create function amc_history.check_query(name text, written text) returns void
language plpgsql volatile set search_path = ''
as $$
declare
  most constant integer := (amc_history.allowances()).query_characters;
begin
  if coalesce(char_length(check_query.name) not between 1 and 100 or check_query.name ~ '[[:cntrl:]]'
      or check_query.name !~ '\S', true) then
    perform amc_history.refuse('workflow_name_invalid', format('Expected a name of 1 to 100 characters in one line, '
      'got %s characters.', coalesce(char_length(check_query.name)::text, 'null instead of')),
      'Give the query a short name.');
  elsif coalesce(check_query.written !~ '\S', true) then
    perform amc_history.refuse('query_empty', 'Expected a query, got none.', 'Send the SQL of the query.');
  elsif char_length(check_query.written) > most then
    perform amc_history.refuse('query_too_long', format('Expected a query of at most %s characters, got %s.', most,
      char_length(check_query.written)), 'Shorten it: lists that are long are better joined than written out.');
  end if;
end;
$$;
comment on function amc_history.check_query(text, text) is
  $$Refuses a query without a usable name (workflow_name_invalid) or SQL (query_empty, query_too_long: the
allowance query_characters).$$;

create function amc_history.parameter_fault(parameter jsonb, allowed amc_history.allowances) returns text
language sql immutable set search_path = ''
as $$
  select case
    when jsonb_typeof(parameter_fault.parameter) is distinct from 'object' then 'an object'
    when exists (select from jsonb_object_keys(parameter_fault.parameter) k where k <> all (array['name',
        'displayName', 'description', 'dataType', 'columnType', 'defaultValue']))
      then 'no keys but name, displayName, description, dataType, columnType and defaultValue'
    when exists (select from jsonb_each(parameter_fault.parameter) e where jsonb_typeof(e.value) <> 'string')
      then 'texts only'
    when exists (select from jsonb_each_text(parameter_fault.parameter) e where char_length(e.value)
        > (allowed).parameter_text_characters)
      then format('at most %s characters in each text', (allowed).parameter_text_characters)
    when coalesce(parameter_fault.parameter ->> 'name' !~ format('^[^\x22\x27[:cntrl:][:space:]]{1,%s}$',
        (allowed).parameter_name_characters), true)
      then format('a name of 1 to %s characters without quotes and blanks', (allowed).parameter_name_characters)
    when coalesce(parameter_fault.parameter ->> 'dataType' <> all (array['ARRAY', 'BINARY', 'BOOLEAN', 'BYTE',
        'CALENDAR_INTERVAL', 'DATE', 'DECIMAL', 'DOUBLE', 'FLOAT', 'INTEGER', 'LONG', 'SHORT', 'STRING',
        'TIMESTAMP']), true)
      then 'a dataType of ARRAY, BINARY, BOOLEAN, BYTE, CALENDAR_INTERVAL, DATE, DECIMAL, DOUBLE, FLOAT, INTEGER, '
        'LONG, SHORT, STRING or TIMESTAMP'
    when parameter_fault.parameter ->> 'columnType' <> all (array['DIMENSION', 'METRIC'])
      then 'a columnType of DIMENSION or METRIC, or none'
  end;
$$;
comment on function amc_history.parameter_fault(jsonb, amc_history.allowances) is
  $$What was expected of a declared parameter that is not so; null if it is as AMC takes it (SPEC, M: the types; guides,
M: ARRAY).$$;

create function amc_history.check_declaration(declared jsonb, reads text[]) returns void
language plpgsql volatile set search_path = ''
as $$
declare
  allowed constant amc_history.allowances := amc_history.allowances();
  fault text;
begin
  if jsonb_typeof(check_declaration.declared) is distinct from 'array' then
    fault := format('Expected parameters as a list, got %s.', coalesce(jsonb_typeof(check_declaration.declared),
      'null'));
  elsif jsonb_array_length(check_declaration.declared) > allowed.declared_parameters then
    fault := format('Expected at most %s parameters, got %s.', allowed.declared_parameters,
      jsonb_array_length(check_declaration.declared));
  else
    select format('Expected of parameter %s %s; got %s.', p.n, amc_history.parameter_fault(p.value, allowed),
      left(p.value::text, 200)) into fault
    from jsonb_array_elements(check_declaration.declared) with ordinality p(value, n)
    where amc_history.parameter_fault(p.value, allowed) is not null order by p.n limit 1;
    if fault is null and (select count(distinct p ->> 'name') from jsonb_array_elements(check_declaration.declared) p)
        < jsonb_array_length(check_declaration.declared) then
      fault := 'Expected another name for each parameter, got one twice.';
    end if;
  end if;
  if fault is not null then
    perform amc_history.refuse('parameters_invalid', fault,
      'Send a list of {name, dataType}, with columnType and defaultValue if you like.');
  end if;
  select string_agg(distinct quote_literal(r), ', ') into fault from unnest(check_declaration.reads) r
  where not exists (select from jsonb_array_elements(check_declaration.declared) p where p ->> 'name' = r);
  if fault is not null then
    perform amc_history.refuse('parameter_not_declared', format('The query reads %s, which parameters do not declare.',
      left(fault, 200)), 'Declare each parameter that the query reads.');
  end if;
end;
$$;
comment on function amc_history.check_declaration(jsonb, text[]) is
  $$Refuses declared parameters that are not as AMC takes them (parameters_invalid), and a CUSTOM_PARAMETER that is read
and not declared (parameter_not_declared): AMC refuses it when it is saved (OS, M) or rejects it when it runs (KS, M;
CONFLICT).$$;
