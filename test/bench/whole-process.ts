/**
 * Runs a program from start to end, and measures its time and its peak of memory. The peak comes from
 * time(1): the kernel counts the memory of a child from before its exec, so without time(1) the memory of
 * our own large process would be measured.
 */
import {spawn} from 'node:child_process';
import {closeSync, openSync, readFileSync} from 'node:fs';
import {once} from 'node:events';
import {join} from 'node:path';

export type Whole = {wallMs: number; cpuMs: number; peakMegabytes: number; stdout: string};
export type Command = {words: string[]; stdin?: string; isDone?: (code: number) => boolean};

export class Stopwatch {
  readonly #time: string;
  readonly #dir: string;

  constructor(time: string, dir: string) {
    this.#time = time;
    this.#dir = dir;
  }

  /** Standard output goes to a file, which costs the program least. */
  async run({words, stdin, isDone = (code) => code === 0}: Command): Promise<Whole> {
    const [stdout, stderr, timing] = ['stdout', 'stderr', 'timing'].map((n) => join(this.#dir, n));
    const input = openSync(stdin ?? '/dev/null', 'r');
    const files = [stdout!, stderr!].map((path) => openSync(path, 'w'));
    const begun = performance.now();
    const child = spawn(this.#time, ['-f', '%M %U %S', '-o', timing!, ...words], {
      stdio: [input, ...files],
      env: {...process.env, TZ: 'UTC'},
      // A process group of its own, because time(1) does not pass signals on: at our end the whole group is killed.
      detached: true,
    });
    const end = (): boolean => child.pid === undefined || process.kill(-child.pid, 'SIGKILL');
    process.on('exit', end);
    const [code] = (await once(child, 'exit')) as [number | null];
    const wallMs = performance.now() - begun;
    process.off('exit', end);
    for (const file of [input, ...files]) closeSync(file);
    if (code === null || !isDone(code)) {
      throw new Error(`${words.join(' ')}: ${String(code)}\n${readFileSync(stderr!, 'utf8')}`);
    }
    const told = readFileSync(timing!, 'utf8').trim().split('\n').at(-1) ?? '';
    const [kibibytes = NaN, userSeconds = NaN, systemSeconds = NaN] = told.split(' ').map(Number);
    return {
      wallMs,
      cpuMs: (userSeconds + systemSeconds) * 1000,
      peakMegabytes: (kibibytes * 1024) / 1e6,
      stdout: readFileSync(stdout!, 'utf8'),
    };
  }
}
