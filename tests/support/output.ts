/** What one file prints. */
export interface FileOutput {
  print(bytes: Uint8Array): void;
  /** The file has ended. */
  end(): void;
}

/** What a run prints: files that run beside each other are not mixed. */
export class Output {
  #writer: WritableStreamDefaultWriter<Uint8Array>;
  #begun = new Set<FileOutput>();

  /**
   * @param mixes whether what a file prints appears at once, or whole when the file has ended
   * @param stream where it is printed
   */
  constructor(
    private mixes: boolean,
    stream: WritableStream<Uint8Array> = Deno.stdout.writable,
  ) {
    this.#writer = stream.getWriter();
  }

  line(text: string): void {
    this.#write(new TextEncoder().encode(`${text}\n`));
  }

  file(): FileOutput {
    const held: Uint8Array[] = [];
    const output: FileOutput = {
      print: (bytes) =>
        void (this.mixes ? this.#write(bytes) : held.push(bytes)),
      end: () => {
        this.#begun.delete(output);
        for (const bytes of held.splice(0)) this.#write(bytes);
      },
    };
    this.#begun.add(output);
    return output;
  }

  /** Ends it, with what files that have not ended have printed so far. */
  async end(): Promise<void> {
    for (const output of [...this.#begun]) output.end();
    await this.#writer.ready;
  }

  #write(bytes: Uint8Array): void {
    void this.#writer.write(bytes);
  }
}
