import { deepEqual } from "node:assert/strict";
import { styleFaults } from "../../local/platform/tasks/sql_style.ts";

const words = (sql: string) =>
  styleFaults(sql).map(({ line, what }) => `${line}: ${what}`);

Deno.test("a line of 120 characters is allowed, one of 121 is not", () => {
  deepEqual(words(`select '${"a".repeat(110)}';\n`), []);
  deepEqual(words(`select 1;\nselect '${"a".repeat(111)}';\n`), [
    "2: expected at most 120 characters, got 121",
  ]);
});

Deno.test("a keyword in capitals is told, also in a function's body", () => {
  deepEqual(words("create function f() as $$\nSELECT 1 $$;"), [
    "2: expected keywords and names in lower case, got SELECT",
  ]);
});

Deno.test("comments, texts and quoted names may have capitals", () => {
  deepEqual(
    words(`-- COPY asks AMC's list
/* UTC */ select 'it''s UTC', "UTC", to_char(x, 'YYYY');
comment on function f() is
  $$AMC's WORDS$$;
comment on table t is 'AMC';`),
    [],
  );
});
