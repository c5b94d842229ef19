// What Vault stores, and who reads it.
import assert from "node:assert/strict";
import { withExtensions } from "./support/extensions.ts";

Deno.test("vault shows secrets to postgres and service_role only, and decrypted only in its view", async () => {
  await withExtensions(async (sql) => {
    const [{ id }] = await sql`
      select vault.create_secret('the value', 'the name') as id`;
    await sql`select vault.update_secret(${id}, 'the new value')`;
    const [row] = await sql`
      select name, secret, decrypted_secret from vault.decrypted_secrets
      where id = ${id}`;
    assert.equal(row.name, "the name");
    assert.equal(row.decrypted_secret, "the new value");
    assert.notEqual(row.secret, "the new value");
    await assert.rejects(
      sql`select vault.create_secret('other', 'the name')`,
      { code: "23505" },
    );
    await assert.rejects(
      sql`select vault.create_secret('other', 'another name', null)`,
      { code: "23502" },
    );
    await sql`set role service_role`;
    assert.equal(
      (await sql`select from vault.decrypted_secrets where id = ${id}`).length,
      1,
    );
    for (const name of ["anon", "authenticated"]) {
      await sql`set role ${sql(name)}`;
      await assert.rejects(
        sql`select from vault.decrypted_secrets`,
        { code: "42501" },
      );
    }
    await sql`reset role`;
  });
});
