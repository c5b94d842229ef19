import { findBlockNamed, findDefinition, type Sources } from "./sources.ts";
import { replaceTokens } from "./tokens.ts";

/** The project with one guard switched off, or with two that cover each other. */
export interface Mutant {
  /** What names it on the command line. */
  name: string;
  /** The rule that the guard keeps. */
  guard: string;
  /** How it is switched off, in words. */
  off: string;
  edits: Edit[];
  /** Parts of paths of the tests that should notice, as few as will do. */
  tests: string[];
}

/** One change that helps to switch a guard off. */
export interface Edit {
  /** What it changes, as errors name it. */
  where: string;
  apply(draft: Draft): void;
}

/** What a mutant changes in a checkout. */
export interface Changes {
  /** One more migration, which redefines what the mutant changes in the database; empty if that is nothing. */
  migration: string;
  /** New texts of modules, by their path. */
  modules: Map<string, string>;
}

/** Sources with the edits of a mutant that were made so far. */
class Draft {
  readonly modules = new Map<string, string>();
  readonly #definitions = new Map<string, string>();
  readonly #statements: string[] = [];

  constructor(readonly sources: Sources) {}

  redefine(
    kind: "function" | "trigger",
    name: string,
    change: (definition: string) => string,
  ): void {
    const key = `${kind} ${name}`;
    const definition = this.#definitions.get(key) ??
      findDefinition(this.sources.migrations, kind, name);
    this.#definitions.set(key, change(definition));
  }

  execute(statement: string): void {
    this.#statements.push(statement);
  }

  rewrite(name: string, change: (text: string) => string): void {
    const modules = new Map([...this.sources.modules, ...this.modules]);
    const { path, before, text, after } = findBlockNamed(modules, name);
    this.modules.set(path, before + change(text) + after);
  }

  changes(): Changes {
    const redefinitions = this.#definitions.values().map((definition) =>
      definition.replace(/^create\s+(or\s+replace\s+)?/i, "create or replace ")
    );
    return {
      migration: [...redefinitions, ...this.#statements].join("\n\n"),
      modules: this.modules,
    };
  }
}

/**
 * Changes a SQL function, wherever the migrations create it.
 *
 * @param name with its schema
 * @param find the part of it that keeps the rule; white space and comments do not matter
 */
export function inSqlFunction(name: string, find: string, put: string): Edit {
  return {
    where: `function ${name}`,
    apply: (draft) =>
      draft.redefine(
        "function",
        name,
        (text) => replaceTokens(text, find, put, "sql"),
      ),
  };
}

/** Changes when a trigger fires, wherever the migrations create it. */
export function inTrigger(name: string, find: string, put: string): Edit {
  return {
    where: `trigger ${name}`,
    apply: (draft) =>
      draft.redefine(
        "trigger",
        name,
        (text) => replaceTokens(text, find, put, "sql"),
      ),
  };
}

function statement(where: string, sql: string): Edit {
  return { where, apply: (draft) => draft.execute(sql) };
}

/** Drops a trigger. */
export function withoutTrigger(table: string, name: string): Edit {
  return statement(
    `trigger ${name} on ${table}`,
    `drop trigger ${name} on ${table};`,
  );
}

/** Drops a constraint. */
export function withoutConstraint(table: string, name: string): Edit {
  return statement(
    `constraint ${name} on ${table}`,
    `alter table ${table} drop constraint ${name};`,
  );
}

/** Ties who asked for something to the account, as a foreign key that becomes null with it. */
export function tiedToAccounts(table: string, column: string): Edit {
  return statement(
    `column ${column} of ${table}`,
    `alter table ${table} add foreign key (${column}) references auth.users (id) on delete set null;`,
  );
}

/** Lets a unique index hold the same value twice. */
export function indexNotUnique(name: string): Edit {
  return statement(
    `index ${name}`,
    `do $mutant$
declare
  definition text := pg_get_indexdef('${name}'::regclass);
begin
  if definition not like 'CREATE UNIQUE INDEX %' then
    raise exception 'Index ${name} is not unique.';
  end if;
  drop index ${name};
  execute replace(definition, 'CREATE UNIQUE INDEX', 'CREATE INDEX');
end;
$mutant$;`,
  );
}

/**
 * Gives a role a right that it does not have.
 *
 * @param right what it may do and on what, as GRANT takes it: `execute on function …`
 */
export function granted(right: string, role: string): Edit {
  return statement(`grant to ${role}`, `grant ${right} to ${role};`);
}

/** Lets a policy show all rows. */
export function policyShowsAll(table: string, name: string): Edit {
  return statement(
    `policy "${name}" on ${table}`,
    `alter policy "${name}" on ${table} using (true);`,
  );
}

/**
 * Changes a function of the edge functions, in whatever module it stands.
 *
 * @param name `refresh`, or `Segment.pieces` for a method
 * @param find the part of it that keeps the rule; white space and comments do not matter
 */
export function inTsFunction(name: string, find: string, put: string): Edit {
  return {
    where: `function ${name}`,
    apply: (draft) =>
      draft.rewrite(
        name,
        (text) => replaceTokens(text, find, put, "typescript"),
      ),
  };
}

/**
 * Works out what a mutant changes.
 *
 * @throws when a guard is not where the mutant looks for it
 */
export function changesOf(mutant: Mutant, sources: Sources): Changes {
  const draft = new Draft(sources);
  for (const edit of mutant.edits) {
    try {
      edit.apply(draft);
    } catch (error) {
      throw new Error(
        `Mutant ${mutant.name}: the guard for "${mutant.guard}" is not found in ${edit.where}: ${
          (error as Error).message
        }\nThe guard has changed or moved: let the mutant name where it is now, or remove the mutant together with the rule.`,
      );
    }
  }
  return draft.changes();
}
