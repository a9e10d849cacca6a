/**
 * Guessers that the bench recognises in the daemon's log, and the time of each from its write until the log showed it.
 * Finds them by their names and addresses, and reads nothing else of the daemon's lines.
 */
import {Stamps} from './traffic/stamps.js';

export type MarkerKind = 'evidence' | 'block';

type Marker = {writtenMs: number; seenMs: number | undefined};

export class Markers {
  /** Unknown recipients in the markers written so far. */
  unknown = 0;
  /** Lines of the daemon about a counted recipient, of markers or not. */
  evidenceSeen = 0;
  readonly #stamps = new Stamps('rfc3339');
  readonly #markers: Readonly<Record<MarkerKind, Marker[]>> = {evidence: [], block: []};
  #unwritten: Marker[] = [];
  /** The first part of a line whose end has not come yet. */
  #rest = '';

  /** The lines of a new marker: its names, and the line that names their client. */
  text(kind: MarkerKind, names: number): string {
    const all = this.#markers[kind];
    const number = all.length;
    const marker: Marker = {writtenMs: NaN, seenMs: undefined};
    all.push(marker);
    this.#unwritten.push(marker);
    this.unknown += names;
    const atMs = Date.now();
    const pid = (kind === 'block' ? 3_000_000 : 2_000_000) + number;
    const queueId = this.#stamps.queueId(atMs, pid);
    const head = `${this.#stamps.stamp(atMs)} relay sm-mta[${String(pid)}]: ${queueId}: `;
    const lines = Array.from(
      {length: names},
      (_, n) => `<${kind}${String(number)}x${String(n)}@example.net>... User unknown`,
    );
    const net = kind === 'block' ? '200' : '100';
    const address = `198.19.${String(Number(net) + (number >> 8))}.${String(number & 255)}`;
    const client = `from=<a@example.org>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA-v4, relay=[${address}]`;
    return [...lines, client].map((line) => `${head}${line}\n`).join('');
  }

  /** Call it just before the result of `text` is written. */
  written(): void {
    const nowMs = performance.now();
    for (const marker of this.#unwritten) marker.writtenMs = nowMs;
    this.#unwritten = [];
  }

  /** Takes output of the daemon. */
  seen(text: string): void {
    const nowMs = performance.now();
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const evidence = / asked for (?:<evidence(\d+)x)?/.exec(line);
      if (evidence) {
        this.evidenceSeen += 1;
        this.#note('evidence', evidence[1], nowMs);
        continue;
      }
      const block = / block 198\.19\.(2\d\d)\.(\d+) /.exec(line);
      if (block)
        this.#note('block', String((Number(block[1]) - 200) * 256 + Number(block[2])), nowMs);
    }
  }

  lagsMs(kind: MarkerKind): number[] {
    return this.#markers[kind].flatMap(({writtenMs, seenMs}) =>
      seenMs === undefined ? [] : [seenMs - writtenMs],
    );
  }

  lost(kind: MarkerKind): number {
    return this.#markers[kind].filter(({seenMs}) => seenMs === undefined).length;
  }

  #note(kind: MarkerKind, number: string | undefined, nowMs: number): void {
    const marker = number === undefined ? undefined : this.#markers[kind][Number(number)];
    if (marker !== undefined) marker.seenMs ??= nowMs;
  }
}
