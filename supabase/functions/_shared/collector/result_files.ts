import { createHash } from "node:crypto";
import {
  type AmcClient,
  AmcError,
  LinkExpiredError,
  type OpenedResult,
  UnavailableError,
} from "../amc/mod.ts";
import { decompressed } from "../results/gzip.ts";
import type { ResultFile } from "../results/loader.ts";
import { ResultError } from "../results/result_error.ts";

/** Most files of a result: AMC gives five links at once (SPEC). */
const MAX_FILES = 1000;

/** How often a download that breaks off is resumed without a byte in between. */
const MAX_BREAKS = 3;

/** From which byte a file is read, and which etag it must still have. */
interface From {
  offset: number;
  etag: string | null;
}

/**
 * The files of an execution's result. Links expire after ten minutes (SPEC; H): they are requested just before use, and once
 * more if one has expired. They are secrets, and are held in memory only.
 */
export class ResultFiles {
  #links: { urls: string[]; files: string[] } | null = null;

  /**
   * @param executionId AMC's workflowExecutionId
   * @param signal ends every request, and every body that is being read
   * @param ranges false when the server is known to serve no ranges, whatever its headers say
   */
  constructor(
    private readonly client: AmcClient,
    private readonly executionId: string,
    private readonly signal: AbortSignal,
    private readonly ranges: boolean,
  ) {}

  /**
   * What identifies each file, whatever its link is signed with: a digest.
   *
   * @throws ResultError with too_many_files
   */
  async list(): Promise<string[]> {
    const { files } = await this.#ask();
    if (files.length > MAX_FILES) {
      throw new ResultError(
        "too_many_files",
        `Expected a result of at most ${MAX_FILES} files, got links to ${files.length}.`,
      );
    }
    return files.map((file) => createHash("sha256").update(file).digest("hex"));
  }

  /**
   * Opens a file.
   *
   * @param index its position in AMC's list of links, from 0
   * @param from the byte to begin with, and the etag that the file must still have
   *
   * @throws ResultChangedError when the file has another etag; other AmcErrors
   */
  async open(index: number, from: From): Promise<ResultFile> {
    const opened = await this.#request(index, from);
    const etag = /^"[^"]*"$/.test(opened.etag ?? "") ? opened.etag : null;
    const resumable = this.ranges && opened.acceptsRanges && etag !== null;
    const length = from.offset > 0 ? opened.totalLength : opened.length;
    const known = { etag, resumable, length };
    const body = this.#whole(index, opened, from.offset, known);
    if (from.offset > 0) return { ...known, body, packed: false };
    const unpacked = await decompressed(body);
    return unpacked.packed
      ? { ...unpacked, etag, resumable: false, length: null }
      : { ...unpacked, ...known };
  }

  /** All bytes from the offset on. A download that breaks off is resumed where it broke, if the server allows. */
  async *#whole(
    index: number,
    first: OpenedResult,
    offset: number,
    { etag, resumable, length }: Pick<
      ResultFile,
      "etag" | "resumable" | "length"
    >,
  ): AsyncGenerator<Uint8Array> {
    let position = offset;
    let breaks = 0;
    for (let opened = first;;) {
      try {
        for await (const chunk of opened.body) {
          position += chunk.length;
          breaks = 0;
          yield chunk;
        }
        if (!resumable || length === null || position >= length) return;
      } catch (error) {
        const again = resumable && !this.signal.aborted &&
          !(error instanceof AmcError) && breaks < MAX_BREAKS;
        if (!again) throw error;
      }
      if (length !== null && position >= length) return;
      if (++breaks > MAX_BREAKS) return;
      opened = await this.#request(index, { offset: position, etag });
    }
  }

  async #request(index: number, from: From): Promise<OpenedResult> {
    const { urls, files } = await this.#ask();
    try {
      return await this.#fetch(urls[index], from);
    } catch (error) {
      if (!(error instanceof LinkExpiredError)) throw error;
      this.#links = null;
      const renewed = await this.#ask();
      const same = renewed.files.length === files.length &&
        files.every((file) => renewed.files.includes(file));
      if (!same) {
        throw new UnavailableError(
          `Expected links to the same ${files.length} files again, got links to ${renewed.files.length}.`,
        );
      }
      // From here on the links stand in the order of the first list.
      this.#links = {
        files,
        urls: files.map((file) => renewed.urls[renewed.files.indexOf(file)]),
      };
      return await this.#fetch(this.#links.urls[index], from);
    }
  }

  #fetch(url: string, { offset, etag }: From): Promise<OpenedResult> {
    return this.client.openResult(url, {
      signal: this.signal,
      ...(offset > 0 ? { range: { start: offset } } : {}),
      ...(offset > 0 && etag !== null ? { ifMatch: etag } : {}),
    });
  }

  async #ask(): Promise<{ urls: string[]; files: string[] }> {
    this.#links ??= await this.client.downloadUrls(this.executionId, {
      signal: this.signal,
    });
    return this.#links;
  }
}
