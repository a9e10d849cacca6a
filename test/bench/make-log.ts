/**
 * Writes a mail log of a given size into a file, and prints what the log holds.
 *
 *     node tools/bench.mjs make-log --percent=5 --megabytes=100 --out=FILE [--stamps=bsd]
 */
import {closeSync, openSync, utimesSync, writeSync} from 'node:fs';
import {parseArgs} from 'node:util';
import type {StampForm} from './traffic/stamps.js';
import {Traffic, type Truth} from './traffic/traffic.js';

export type LogOptions = {
  percent: number;
  megabytes: number;
  out: string;
  stamps?: StampForm;
  seed?: number;
};

/** When the log begins: a fixed time in the past, so that the file is the same in every run. */
const beginMs = Date.UTC(2025, 2, 3);
/** Lines per second of the log's own time: 1 GB is then about half a day of a large relay. */
const linesPerSecond = 127;
/** Lines in one write. A count. */
const linesPerWrite = 4000;

export function makeLog({percent, megabytes, out, stamps, seed}: LogOptions): Truth {
  const traffic = new Traffic({
    percent,
    ...(stamps === undefined ? {} : {form: stamps}),
    ...(seed === undefined ? {} : {seed}),
  });
  const wantedBytes = megabytes * 1e6;
  const file = openSync(out, 'w');
  let atMs = beginMs;
  let bytes = 0;
  try {
    for (let isOver = false; !isOver;) {
      if (bytes >= wantedBytes) traffic.close();
      let text = '';
      for (let n = 0; n < linesPerWrite && !isOver; n++) {
        atMs += 1000 / linesPerSecond;
        const line = traffic.line(atMs);
        if (line === undefined) isOver = true;
        else text += line;
      }
      writeSync(file, text, null, 'latin1');
      bytes += text.length;
    }
  } finally {
    closeSync(file);
  }
  // For stamps without a year the reader takes the year from the file's last change, as with a real old log.
  utimesSync(out, atMs / 1000, atMs / 1000);
  return traffic.truth;
}

export function makeLogCommand(words: string[]): number {
  const {values} = parseArgs({
    args: words,
    options: {
      percent: {type: 'string', default: '5'},
      megabytes: {type: 'string', default: '100'},
      out: {type: 'string'},
      stamps: {type: 'string', default: 'rfc3339'},
      seed: {type: 'string', default: '1'},
    },
  });
  const {out, stamps} = values;
  const [percent, megabytes, seed] = [values.percent, values.megabytes, values.seed].map(Number);
  if (out === undefined || !(stamps === 'rfc3339' || stamps === 'bsd')) {
    console.error('make-log --out=FILE [--percent=5] [--megabytes=100] [--stamps=rfc3339|bsd]');
    return 64;
  }
  const begun = performance.now();
  const truth = makeLog({
    percent: percent ?? NaN,
    megabytes: megabytes ?? NaN,
    seed: seed ?? NaN,
    out,
    stamps,
  });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(JSON.stringify({...truth, seconds: Number(seconds)}));
  return 0;
}
