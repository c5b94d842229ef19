/** One piece of text that is replaced in one file. */
export interface Edit {
  /** Path in the checkout. */
  file: string;
  find: string;
  put: string;
  /** Every place with the text is meant; else there is to be one alone. */
  every: boolean;
}

/** The project with one guard switched off, or with two that cover each other. */
export interface Mutant {
  /** What names it on the command line. */
  name: string;
  /** What the guard sees to. */
  guard: string;
  /** How it is switched off, in words. */
  off: string;
  edits: Edit[];
  /** Parts of paths of the tests that should notice, as few as will do. */
  tests: string[];
}

/** Replaces the one place in a file that has a text. */
export function edit(file: string, find: string, put: string): Edit {
  return { file, find, put, every: false };
}

/** Replaces every place in a file that has a text. */
export function editEvery(file: string, find: string, put: string): Edit {
  return { file, find, put, every: true };
}

/**
 * Applies one edit to a file's text.
 *
 * @throws when the text is not there, or there more than once
 */
export function applyEdit(text: string, edit: Edit): string {
  const parts = text.split(edit.find);
  if (parts.length === 2 || edit.every && parts.length > 2) {
    return parts.join(edit.put);
  }
  throw new Error(
    `Expected ${edit.file} to hold this text ${
      edit.every ? "at least once" : "once"
    }, and found it ${
      parts.length - 1
    } times: ${edit.find}\nThe guard has changed: change the mutant with it.`,
  );
}
