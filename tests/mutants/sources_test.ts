import assert from "node:assert/strict";
import { findBlockNamed, findDefinition } from "./support/sources.ts";

Deno.test("a function is found with all of its text, and as the last migration creates it", () => {
  const first = `create function app.count_all() returns integer
language sql as $$ select 1; $$;
comment on function app.count_all() is 'Counts; all.';`;
  const later = `create or replace function app.count_all()
returns integer -- it's more; now
language sql as $body$
  select 2; select '$$';
$body$;`;
  assert.equal(
    findDefinition([first, later], "function", "app.count_all"),
    later,
  );
});

Deno.test("a function is not taken for one whose name goes on, nor a trigger for a function", () => {
  const text = "create function app.count_all() returns trigger as $$ $$;";
  for (
    const [kind, name] of [
      ["function", "app.count"],
      ["trigger", "app.count_all"],
    ] as const
  ) {
    assert.throws(
      () => findDefinition([text], kind, name),
      /no migration creates it/,
    );
  }
});

const MODULE = `class Reader {
  take(
    most: number,
  ): Bytes {
    return this.read(() => {
      most--;
    });
  }

  async read(): Promise<void> {}
}

export async function take(): Promise<void> {
  await go();
}
`;

Deno.test("a function of a module and a method of a class are found apart", () => {
  const modules = new Map([["a.ts", MODULE], ["b.ts", "take();\n"]]);
  const method = findBlockNamed(modules, "Reader.take");
  assert.match(method.text, /^ {2}take\(\n[^]*most--;\n {4}\}\);\n {2}\}$/);
  const { path, before, text, after } = findBlockNamed(modules, "take");
  assert.equal(path, "a.ts");
  assert.match(text, /^export async function take[^]*go\(\);\n\}$/);
  assert.equal(before + text + after, MODULE);
});

Deno.test("a name that two modules have is refused with both", () => {
  const modules = new Map([["a.ts", MODULE], ["b.ts", MODULE]]);
  assert.throws(
    () => findBlockNamed(modules, "take"),
    /found a.ts and b.ts/,
  );
});
