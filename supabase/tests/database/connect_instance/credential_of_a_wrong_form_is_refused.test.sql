-- A credential whose form cannot be right is refused with a code, before it is stored, in words that do not hold it.
begin;
\ir ../../_shared/setup.psql
select plan(30);

-- A credential with some parts changed.
create function pg_temp.credential(changes text) returns jsonb language sql as $$
  select '{"client_id": "amzn1.application-oa2-client.0a1b", "client_secret": "amzn1.oa2-cs.v1.9f8e",
    "refresh_token": "Atzr|IwEB-secret-words"}'::jsonb || changes::jsonb $$;
create function pg_temp.connect(credential jsonb) returns text language sql as $$
  select pg_temp.refusal(format('select amc_history.connect_instance(%L, %L, %L, %L, %L)', 'amcpgtap1', 'E1X',
    'ATVPDKIKX0DER', 'NA', credential)) $$;

select is(pg_temp.connect(pg_temp.credential(changes)), '22023 ' || code, changes)
from (values
  ('{"client_id": null}', 'credential_incomplete'),
  ('{"client_secret": ""}', 'credential_incomplete'),
  ('{"refresh_token": ["Atzr|x"]}', 'credential_incomplete'),
  ('{"refresh_token": 7}', 'credential_incomplete'),
  ('{"refresh_token": " Atzr|IwEB"}', 'credential_malformed'),
  ('{"refresh_token": "Atzr|Iw EB"}', 'credential_malformed'),
  ('{"refresh_token": "Atzr|IwEB\n"}', 'credential_malformed'),
  ('{"client_id": "\"amzn1.application-oa2-client.0a1b\""}', 'credential_malformed'),
  ('{"client_secret": "''9f8e''"}', 'credential_malformed'),
  ('{"client_secret": "9f8e\u00a0"}', 'credential_malformed'),
  ('{"client_secret": "9f8e\u200b"}', 'credential_malformed'),
  ('{"refresh_token": "Atza|IwEB"}', 'credential_is_access_token'),
  ('{"client_secret": "Atza|IwEB"}', 'credential_is_access_token'),
  ('{"client_id": "Atzr|IwEB"}', 'credential_swapped'),
  ('{"client_secret": "Atzr|IwEB"}', 'credential_swapped'),
  ('{"client_secret": "amzn1.application-oa2-client.0a1b"}', 'credential_swapped'),
  ('{"client_id": "amzn1.oa2-cs.v1.9f8e"}', 'credential_swapped'),
  ('{"client_id": "amzn1.application.0a1b"}', 'credential_swapped'),
  ('{"refresh_token": "amzn1.oa2-cs.v1.9f8e"}', 'credential_swapped')
) as t(changes, code);
select is(pg_temp.connect(to_jsonb(repeat('x', 10))), '22023 credential_incomplete', 'a text');
select is(pg_temp.connect('[]'), '22023 credential_incomplete', 'a list');
select is(pg_temp.connect('null'), '22023 credential_incomplete', 'JSON''s null');
select is(pg_temp.connect(null), '22023 credential_incomplete', 'nothing');
select is(pg_temp.connect(pg_temp.credential(jsonb_build_object('client_secret', repeat('x', 5000))::text)),
  '22023 credential_malformed', 'one that is far too long');
select is((select count(*) from vault.secrets where name like 'amc_credential_amcpgtap%'), 0::bigint,
  'none of them was stored');
select is(pg_temp.connect(pg_temp.credential('{}')), null, 'one of the right form is taken');
select is(pg_temp.connect(pg_temp.credential('{"client_secret": "0123456789abcdef"}')), null,
  'so is a secret of the older form');

-- A refusal does not hold the credential.
create function pg_temp.words(credential jsonb) returns text language plpgsql as $$
declare
  hint text;
begin
  perform amc_history.check_credential(credential);
  return null;
exception
  when others then
    get stacked diagnostics hint = pg_exception_hint;
    return sqlerrm || hint;
end;
$$;
select unalike(pg_temp.words(pg_temp.credential(changes)), '%secret-words%', 'the words of ' || changes)
from (values ('{"refresh_token": "Atza|secret-words"}'), ('{"client_id": "Atzr|secret-words"}'),
  ('{"client_secret": "secret-words "}')) as t(changes);

select * from finish();
rollback;
