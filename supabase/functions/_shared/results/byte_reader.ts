/** Takes bytes one chunk after the other, and takes back what was read too far. */
export class ByteReader implements AsyncIterable<Uint8Array> {
  readonly #chunks: AsyncIterator<Uint8Array>;
  /** What was given back; the last comes first. */
  readonly #back: Uint8Array[] = [];

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#chunks = bytes[Symbol.asyncIterator]();
  }

  /** The next chunk, never empty; null at the end. */
  async next(): Promise<Uint8Array | null> {
    const back = this.#back.pop();
    if (back !== undefined) return back;
    while (true) {
      const { value, done } = await this.#chunks.next();
      if (done) return null;
      if (value.length > 0) return value;
    }
  }

  /** Gives bytes back, to come next. */
  unread(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#back.push(bytes);
  }

  /** Whether no byte is left. */
  async isAtEnd(): Promise<boolean> {
    const chunk = await this.next();
    if (chunk !== null) this.unread(chunk);
    return chunk === null;
  }

  /** Takes so many bytes from the start, or fewer if there are no more. */
  async take(length: number): Promise<Uint8Array> {
    const taken = new Uint8Array(length);
    let at = 0;
    while (at < length) {
      const chunk = await this.next();
      if (chunk === null) break;
      const part = chunk.subarray(0, length - at);
      taken.set(part, at);
      at += part.length;
      this.unread(chunk.subarray(part.length));
    }
    return taken.subarray(0, at);
  }

  /** All bytes that are left. Whoever stops in the middle closes the source. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      let chunk;
      while ((chunk = await this.next()) !== null) yield chunk;
    } finally {
      await this.close();
    }
  }

  /** Closes the source. It is not necessary to wait for this, which may take as long as what is being read from it. */
  async close(): Promise<void> {
    try {
      await this.#chunks.return?.();
    } catch {
      // Nobody reads what it could still say.
    }
  }
}
