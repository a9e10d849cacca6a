/** Cuts a stream of bytes into lines, with a bound on what it holds. Does not know what they say. */

export interface CutText {
  readonly lines: readonly Buffer[];
  /** Lines left out because they were longer than the bound. A count. */
  readonly tooLong: number;
}

const newline = 0x0a;

/** One value for each chunk, so that lines that came together stay together. */
export async function* cutLines(
  chunks: AsyncIterable<Buffer>,
  mostLineBytes: number,
): AsyncGenerator<CutText> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let isSkipping = false;
  for await (const chunk of chunks) {
    const lines: Buffer[] = [];
    let tooLong = 0;
    let from = 0;
    for (let to = chunk.indexOf(newline); to >= 0; to = chunk.indexOf(newline, from)) {
      const bytes = heldBytes + to - from;
      if (isSkipping || bytes > mostLineBytes) tooLong += 1;
      else lines.push(Buffer.concat([...held, chunk.subarray(from, to)]));
      [held, heldBytes, isSkipping, from] = [[], 0, false, to + 1];
    }
    const rest = chunk.subarray(from);
    isSkipping ||= heldBytes + rest.length > mostLineBytes;
    if (isSkipping) [held, heldBytes] = [[], 0];
    else if (rest.length > 0) [held, heldBytes] = [[...held, rest], heldBytes + rest.length];
    yield {lines, tooLong};
  }
}
