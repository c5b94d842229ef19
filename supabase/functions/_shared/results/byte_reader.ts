/** Takes bytes one chunk after the other, and can take a part of one back. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #back: Uint8Array | null = null;

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#chunks = bytes[Symbol.asyncIterator]();
  }

  /** The next chunk, never empty; null at the end. */
  async next(): Promise<Uint8Array | null> {
    const back = this.#back;
    this.#back = null;
    if (back !== null) return back;
    while (true) {
      const { value, done } = await this.#chunks.next();
      if (done) return null;
      if (value.length > 0) return value;
    }
  }

  /** Gives bytes back, to come next. At most once between two calls of next. */
  unread(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#back = bytes;
  }

  /** Whether no byte is left. */
  async isAtEnd(): Promise<boolean> {
    this.#back ??= await this.next();
    return this.#back === null;
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

  /** Lets go of the source, without waiting for what is being read of it. */
  close(): void {
    this.#chunks.return?.().catch(() => {});
  }
}
