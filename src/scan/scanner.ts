/**
 * What the rest of the program sees of `scan.as.ts`: a room in memory for pieces of a log, and the
 * lines in them that can matter. Which those are is written there.
 */
import type {Address} from '../net/address.js';
import {scanWasm} from './scan-wasm.js';

/**
 * `suspects`: `from=` lines only of envelopes and clients of whom something is known. `all`: every
 * one, which deliveries that fail later need.
 */
export type Envelopes = 'suspects' | 'all';

/** Numbers in its memory; a global is a box with a value. */
interface Exports {
  readonly memory: {readonly buffer: ArrayBuffer};
  readonly pieceAt: {readonly value: number};
  readonly tagAt: {readonly value: number};
  readonly lines: {readonly value: number};
  readonly lineEnd: {readonly value: number};
  configure(tagLength: number, allEnvelopes: number): void;
  suspect(clientHash: number): void;
  next(start: number, end: number): number;
}

/** Behind a piece: a line is looked at some bytes beyond its end. Bytes. */
const slackBytes = 64;

export class Scanner {
  readonly #exports: Exports;
  /** For a piece of the log, from its beginning; the end is kept free. */
  readonly room: Uint8Array;

  /** @param mailerName whose lines count, as its tag in the syslog; at most 64 characters */
  constructor(mailerName: string, envelopes: Envelopes) {
    const module = new WebAssembly.Module(scanWasm());
    // The file beside this one is made of `scan.as.ts`; a test holds it to that.
    this.#exports = new WebAssembly.Instance(module).exports as Exports;
    const {memory, pieceAt, tagAt} = this.#exports;
    const all = new Uint8Array(memory.buffer);
    this.room = all.subarray(pieceAt.value, all.length - slackBytes);
    all.set(
      Array.from(mailerName, (character) => character.charCodeAt(0)),
      tagAt.value,
    );
    this.#exports.configure(mailerName.length, envelopes === 'all' ? 1 : 0);
  }

  /** Lines so far, whether they matter or not. A count. */
  get lines(): number {
    return this.#exports.lines.value;
  }

  /** From now on the mail that this client sends is of interest. */
  suspect(client: Address): void {
    this.#exports.suspect(addressHash(client));
  }

  /**
   * Gives the places in the room of each line that can matter, without its newline.
   *
   * @param length of what stands in the room: whole lines. Bytes
   */
  each(length: number, take: (start: number, end: number) => void): void {
    const {pieceAt, lineEnd} = this.#exports;
    const base = pieceAt.value;
    let start = this.#exports.next(base, base + length);
    while (start !== 0) {
      const end = lineEnd.value;
      take(start - base, end - base);
      start = this.#exports.next(end + 1, base + length);
    }
  }
}

/** The same number that `scan.as.ts` makes of the bytes of an address. */
function addressHash({family, value}: Address): number {
  if (family === 4) return mix(0, Number(value));
  let hash = 0;
  for (let shift = 112n; shift >= 0n; shift -= 16n) {
    hash = mix(hash, Number((value >> shift) & 0xffffn));
  }
  return hash;
}

function mix(hash: number, group: number): number {
  const mixed = Math.imul(hash ^ group, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
