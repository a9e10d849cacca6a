/** A way to the gate that writes down what it is asked for. */
import type {GateWay} from '../../../src/greeting/way.js';

export class FakeWay implements GateWay {
  renewals = 0;
  ends = 0;
  starts = 0;
  looks = 0;
  readonly over: string[] = [];
  checks = 0;
  whose: 'ours' | 'others' = 'ours';
  readonly passed: [client: string, untilMs: number][] = [];
  exempted: ReadonlySet<string> = new Set();
  /** Known clients without a rule. */
  cut = 0;
  /** What the kernel saw. */
  seen: string[] = [];
  ended: string | undefined;

  start(): Promise<void> {
    this.starts += 1;
    return Promise.resolve();
  }

  end(client: string): void {
    this.over.push(client);
  }

  lookForLeftovers(): Promise<void> {
    this.looks += 1;
    return Promise.resolve();
  }

  renew(): void {
    this.renewals += 1;
  }

  gateEnds(): void {
    this.ends += 1;
  }

  pass(client: string, untilMs: number): void {
    this.passed.push([client, untilMs]);
  }

  exempt(networks: ReadonlySet<string>): void {
    this.exempted = networks;
  }

  atPort(whose: 'ours' | 'others'): void {
    this.whose = whose;
  }

  early(): Promise<readonly string[]> {
    return Promise.resolve(this.seen.splice(0));
  }

  check(): Promise<void> {
    this.checks += 1;
    return Promise.resolve();
  }

  standing(): ReturnType<GateWay['standing']> {
    return new Map([[4, 'stands']]);
  }

  unruled(): number {
    return this.cut;
  }

  stop(end: 'left' | 'removed'): Promise<'left' | 'removed'> {
    this.ended = end;
    return Promise.resolve(end);
  }
}
