/**
 * A log on disk: writes, rotates, cuts and packs it as the programs of a machine do. Which of its
 * lines must be seen is for `line-book.ts`.
 */
import fs from 'node:fs';
import {join} from 'node:path';
import zlib from 'node:zlib';
import {longestLineBytes} from '../../../src/base/bytes.js';
import {type Generation, LineBook} from './line-book.js';
import {guardBytes, recentBytes} from '../../../src/sys/follow/read-guard.js';

/** Rotated files that are kept: so few that unread ones go. */
const fewKept = 6;

export class LogModel extends LineBook {
  readonly path: string;
  readonly #births = new Set<string>();
  readonly #dates: boolean;
  readonly #mostKept: number;
  readonly #clock: 'own' | 'machine';
  #descriptor: number;
  #written: Generation;
  #writtenName: string | undefined;
  #serial = 0;
  #rotations = 0;
  #rotatedMs = 0;
  nowMs = 1_795_000_000_000;

  /** @param clock `machine`: files have the time that the kernel gives them, as its readers know it */
  constructor(
    folder: string,
    naming: 'counts' | 'dates',
    mostKept = fewKept,
    clock: 'own' | 'machine' = 'own',
  ) {
    super();
    this.#clock = clock;
    this.path = join(folder, 'mail.log');
    this.#dates = naming === 'dates';
    this.#mostKept = mostKept;
    this.#written = this.#newGeneration();
    this.#make(this.path, Buffer.alloc(0));
    this.#descriptor = fs.openSync(this.path, 'a');
    this.#named(this.path, this.#written);
    this.#stamp();
  }

  close(): void {
    fs.closeSync(this.#descriptor);
  }

  get hasName(): boolean {
    return this.names.has(this.path);
  }

  /** Behind a rotation the log's writer soon gets its signal. */
  advance(ms: number): void {
    if (this.#writtenName !== this.path && this.nowMs + ms - this.#rotatedMs > 20_000)
      this.reopen();
    this.nowMs += ms;
  }

  /** For a reader who wants to know why a run failed. */
  shownNames(): string[] {
    return [...this.names].map(([name, {id, lines, sizeBytes}]) => {
      const ends = lines.map(({text, endBytes}) => `${text.slice(22, 29)}@${endBytes}`);
      const shown = ends.length > 6 ? [...ends.slice(0, 3), '..', ...ends.slice(-3)] : ends;
      return `${name}: no. ${id}, ${sizeBytes} bytes: ${shown.join(' ')}`;
    });
  }

  // What a writer does.

  write(lengths: readonly number[]): void {
    this.append(lengths.map((length) => this.#newLine(length)).join(''));
  }

  writeHalf(length: number): void {
    this.append(this.#newLine(length).slice(0, -1 - (length >> 1)));
  }

  append(text: string): void {
    fs.writeSync(this.#descriptor, Buffer.from(text, 'latin1'));
    this.#stamp();
    const generation = this.#written;
    const parts = (generation.half + text).split('\n');
    let endBytes = generation.sizeBytes - generation.half.length;
    generation.sizeBytes += text.length;
    generation.half = parts.pop()!;
    for (const part of parts) {
      endBytes += part.length + 1;
      if (part === '' || part.length > longestLineBytes) continue;
      this.addLine({text: part, generation, endBytes});
    }
  }

  /** As at SIGHUP. */
  reopen(): void {
    if (this.#writtenName === this.path) return;
    fs.closeSync(this.#descriptor);
    const known = this.names.get(this.path);
    if (known === undefined) this.#make(this.path, Buffer.alloc(0));
    this.#descriptor = fs.openSync(this.path, 'a');
    this.#written = known ?? this.#newGeneration();
    this.#writtenName = this.path;
    this.#named(this.path, this.#written);
    this.#stamp();
  }

  // What a rotation does.

  rename(): void {
    if (!this.hasName) return;
    const to = this.#shift();
    fs.renameSync(this.path, to);
    this.#rotatedMs = this.nowMs;
    if (this.#writtenName === this.path) this.#writtenName = to;
    this.#named(to, this.names.get(this.path)!);
    this.#unnamed(this.path);
  }

  rotate(): void {
    this.rename();
    this.reopen();
  }

  create(): void {
    if (this.hasName) return;
    this.#make(this.path, Buffer.alloc(0));
    this.#stampName(this.path);
    this.#named(this.path, this.#newGeneration());
  }

  copyTruncate(): void {
    if (this.#writtenName !== this.path) return;
    const to = this.#shift();
    this.#make(to, fs.readFileSync(this.path));
    this.#stampName(to);
    this.#named(to, this.#written);
    this.#cutTo(0);
  }

  pack(): void {
    for (const name of [...this.names.keys()]) {
      const isOpen = name === this.#writtenName || name === this.path;
      if (isOpen || name.endsWith('.gz')) continue;
      const {atime, mtime} = fs.statSync(name);
      this.#make(`${name}.gz`, zlib.gzipSync(fs.readFileSync(name), {level: 1}));
      fs.utimesSync(`${name}.gz`, atime, mtime);
      fs.rmSync(name);
      this.#named(`${name}.gz`, this.names.get(name)!);
      this.names.delete(name);
    }
  }

  // What people do.

  truncate(): void {
    if (this.#writtenName !== this.path) return;
    const generation = this.#written;
    this.#cutTo(0);
    this.destroyed(generation);
  }

  /** Cuts off some of what stands at the end. */
  shorten(bytes: number): void {
    const generation = this.#written;
    if (this.#writtenName !== this.path || generation.sizeBytes < bytes) return;
    const size = generation.sizeBytes - bytes;
    fs.ftruncateSync(this.#descriptor, size);
    this.#stamp();
    const content = fs.readFileSync(this.path, 'latin1');
    generation.half = content.slice(content.lastIndexOf('\n') + 1);
    generation.sizeBytes = size;
    const gone = generation.lines.filter(({endBytes}) => endBytes > size);
    generation.lines.splice(generation.lines.length - gone.length);
    this.excuse(gone);
    this.cut.add(generation);
    const isWithinTrail = bytes + generation.half.length < recentBytes - guardBytes;
    if (!this.isBeingRead || !isWithinTrail) this.confuse();
  }

  remove(): void {
    if (!this.hasName) return;
    if (this.#writtenName === this.path) this.#writtenName = undefined;
    fs.rmSync(this.path);
    const generation = this.names.get(this.path)!;
    this.#unnamed(this.path);
    if (!this.isSomewhere(generation)) this.destroyed(generation);
  }

  /** The file goes on under its number with what is left, as another generation. */
  #cutTo(size: number): void {
    if (this.cut.has(this.#written)) this.confuse();
    fs.ftruncateSync(this.#descriptor, size);
    this.cutAway(this.#written);
    this.#written = this.#newGeneration();
    this.names.set(this.path, this.#written);
    this.#stamp();
  }

  /** Makes room for the name of the file that is rotated now. */
  #shift(): string {
    this.#rotations += 1;
    if (this.#dates) {
      this.#forgetOldest();
      return `${this.path}-${20_261_121_000_000 + this.#rotations}`;
    }
    const turns = Array.from({length: this.#mostKept}, (_, index) => this.#mostKept - index);
    for (const turn of turns) {
      for (const ending of ['', '.gz']) this.#moveOn(turn, ending);
    }
    return `${this.path}.1`;
  }

  #moveOn(turn: number, ending: string): void {
    const name = `${this.path}.${turn}${ending}`;
    if (!this.names.has(name)) return;
    if (turn === this.#mostKept) {
      this.#forget(name);
      return;
    }
    const next = `${this.path}.${turn + 1}${ending}`;
    fs.renameSync(name, next);
    if (this.#writtenName === name) this.#writtenName = next;
    this.#named(next, this.names.get(name)!);
    this.#unnamed(name);
  }

  #forgetOldest(): void {
    const rotated = [...this.names.keys()].filter((name) => name !== this.path).sort();
    if (rotated.length >= this.#mostKept) this.#forget(rotated[0]!);
  }

  #forget(name: string): void {
    if (this.#writtenName === name) this.reopen();
    const generation = this.names.get(name)!;
    fs.rmSync(name);
    this.#unnamed(name);
    if (!this.isSomewhere(generation)) this.destroyed(generation);
  }

  #named(name: string, generation: Generation): void {
    this.names.set(name, generation);
    if (generation === this.#written && this.#writtenName === undefined) this.#writtenName = name;
  }

  #unnamed(name: string): void {
    this.names.delete(name);
  }

  /** In no two logs the same bytes stand in one place, also far within a line: as in real ones. */
  #newLine(length: number): string {
    const serial = String(this.#serial++).padStart(7, '0');
    const text = `\xe9${serial}`.repeat(Math.ceil(length / 8)).slice(0, length);
    return `Nov 21 12:00:00 relay ${serial} ${text} of sendmail, again ${serial}\n`;
  }

  #newGeneration(): Generation {
    return {id: this.#rotations * 1000 + this.lines.size, half: '', sizeBytes: 0, lines: []};
  }

  /**
   * A number that is used again within one tick of the clock of births is the same file to anybody;
   * outside of tests none lives so shortly.
   */
  #make(path: string, bytes: Buffer): void {
    for (;;) {
      fs.writeFileSync(path, bytes);
      const {ino, birthtimeNs} = fs.statSync(path, {bigint: true});
      const birth = `${ino} ${birthtimeNs}`;
      if (!this.#births.has(birth)) {
        this.#births.add(birth);
        return;
      }
      fs.rmSync(path);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4);
    }
  }

  /** The file's time is that of the model, not of the machine. */
  #stamp(): void {
    if (this.#clock === 'machine') return;
    fs.futimesSync(this.#descriptor, this.nowMs / 1000, this.nowMs / 1000);
  }

  #stampName(path: string): void {
    if (this.#clock === 'own') fs.utimesSync(path, this.nowMs / 1000, this.nowMs / 1000);
  }
}
