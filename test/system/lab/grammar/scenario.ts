/**
 * What the clients of the grammar tests do, and what blocksmtp must read from the log. Each has one client
 * address, so the truth is simple: the number of names that were refused, and the kinds of events.
 */
import type {Dialog, Step} from '../dialog.js';
import type {ClientName} from './clients.js';

/** The kind of an event, as in `explain --json`. */
export type Kind = string;

export type Scenario = {
  readonly client: ClientName;
  /** one connection each, one after another */
  readonly talks: readonly Dialog[];
  /** all connections at once instead */
  readonly together?: boolean;
  /** how many of this client's names do not exist, by the relay's own refusals at RCPT */
  readonly unknown?: number;
  /** how many the next hop refused after the relay had accepted them */
  readonly undeliverable?: number;
  /** about how long it takes, if sendmail slows the client down or the client waits */
  readonly lastsMs?: number;
  /** kinds of event that name this client; those of `at10` are only logged from LogLevel 10 on */
  readonly kinds?: readonly Kind[];
  readonly at10?: readonly Kind[];
};

const SENDER = 'someone@example.org';
export const EHLO = 'EHLO client.example.org';

export function rcpt(...names: readonly string[]): Step[] {
  return names.map((name) => `RCPT TO:${name.includes('<') ? name : `<${name}>`}`);
}

/** One envelope, opened and left open. */
export function envelope(names: readonly string[], sender = `<${SENDER}>`): Step[] {
  return [`MAIL FROM:${sender}`, ...rcpt(...names)];
}

export function talk(...steps: readonly Step[]): Dialog {
  return {steps: [EHLO, ...steps, 'QUIT']};
}

/** Headers and a body, with the final dot. */
export function message(...headers: readonly string[]): Step[] {
  return ['DATA', [...headers, '', 'text', '.'].join('\r\n')];
}

export function ghosts(prefix: string, count: number, domain = 'example.net'): string[] {
  return Array.from({length: count}, (_, i) => `${prefix}${String(i)}@${domain}`);
}
