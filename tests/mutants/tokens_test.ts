import assert from "node:assert/strict";
import { replaceTokens } from "./support/tokens.ts";

Deno.test("a guard is found however SQL is formatted", () => {
  const text = `if  attempt.state = 'ended' -- it's over
    and /* both */ f( a,b ) then`;
  assert.equal(
    replaceTokens(text, "attempt.state='ended' and f(a, b)", "false", "sql"),
    "if  false then",
  );
});

Deno.test("a guard is found however TypeScript is formatted", () => {
  const text = `if (
    sent(
      a, // the first
      b,
    )
  ) return;`;
  assert.equal(
    replaceTokens(text, "sent(a, b)", "true", "typescript"),
    `if (
    true
  ) return;`,
  );
});

Deno.test("a guard is found by whole words alone", () => {
  assert.throws(
    () => replaceTokens("a.execution_id = b", "execution", "x", "sql"),
    /found it 0 times/,
  );
});

Deno.test("text within a string counts in TypeScript and is looked into in SQL", () => {
  assert.equal(
    replaceTokens(`a("//b", c)`, `a("//b", c)`, "d", "typescript"),
    "d",
  );
  assert.equal(
    replaceTokens(`format('using (x)')`, "using (x)", "using (true)", "sql"),
    "format('using (true)')",
  );
});

Deno.test("a guard that is there twice is not found", () => {
  assert.throws(
    () => replaceTokens("a; b; a;", "a", "c", "sql"),
    /expected this once, and found it 2 times: a/,
  );
});
