/**
 * Logs of a small relay, made to measure: honest senders day by day, and beside them what a test is about. Each
 * sender says what it did in sessions; the lines are those of sendmail 8.18 at LogLevel 9.
 */

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
/** A Monday. Ms since the epoch. */
export const beginMs = Date.UTC(2026, 10, 2);

export interface Sent {
  readonly atMs: number;
  readonly client: string;
  /** Names that do not exist, and those that take the mail; with none of these no mail comes. */
  readonly unknown: readonly string[];
  readonly took: readonly string[];
}

const names = (word: string, count: number): string[] =>
  Array.from({length: count}, (_, i) => `${word}${i}`);

/** Each in a network of its own, as far as there are any. @param n from 0 on */
const honestAddress = (n: number): string => `198.18.${n & 255}.${10 + (n >> 8)}`;
const guesserAddress = (n: number): string =>
  `100.${64 + (n & 63)}.${(n * 37) & 255}.${5 + (n >> 6)}`;

/** Each writes to a user each day; the first `mistypers` of them mistype a name once, on some day. */
export function honest(days: number, senders: number, mistypers: number): Sent[] {
  return Array.from({length: days}, (_, day) =>
    Array.from({length: senders}, (_, n): Sent => {
      const atMs = beginMs + day * dayMs + 8 * hourMs + ((n * 7919) % 600) * minuteMs;
      const isWrong = n < mistypers && n % days === day;
      const took = [`user${(n * 31 + day) % 200}`];
      return {atMs, client: honestAddress(n), unknown: isWrong ? [`typo${n}`] : [], took};
    }),
  ).flat();
}

/** Each guesses so many names, one envelope each minute; a few of them begin on each day, far from each other. */
export function guessers(days: number, aDay: number, count: number): Sent[] {
  return Array.from({length: days * aDay}, (_, n) =>
    names(`guess${n}x`, count).map((name, i): Sent => {
      const day = Math.floor(n / aDay);
      const atMs = beginMs + day * dayMs + ((n % aDay) * 2 + 1) * hourMs + i * minuteMs;
      return {atMs, client: guesserAddress(n), unknown: [name], took: []};
    }),
  ).flat();
}

/**
 * Partners that write for the first time, with an old list: so many dead names in one envelope, and good mail
 * on each of the days after. One begins each day.
 */
export function mistyping(days: number, dead: number): Sent[] {
  return Array.from({length: days}, (_, day) => {
    const client = `203.0.113.${day + 10}`;
    const list = {client, unknown: names(`dead${day}x`, dead), took: []};
    const later = Array.from({length: days - day}, (_, i) => {
      const atMs = beginMs + (day + i) * dayMs + 11 * hourMs;
      return {atMs, client, unknown: [], took: [`user${i}`]};
    });
    return [{...list, atMs: beginMs + day * dayMs + 10.5 * hourMs}, ...later];
  }).flat();
}

/** From everywhere: each address asks for three names, one each two hours, and never comes again. */
export function distributed(days: number, aDay: number): Sent[] {
  return Array.from({length: days * aDay}, (_, n) =>
    names(`bot${n}x`, 3).map((name, i): Sent => {
      const atMs = beginMs + Math.floor(n / aDay) * dayMs + ((n % aDay) * 11 + i * 120) * minuteMs;
      return {atMs, client: guesserAddress(n), unknown: [name], took: []};
    }),
  ).flat();
}

/** One address: an office that writes on each day, and behind it a guesser in the night. */
export function behindNat(days: number, guesses: number): Sent[] {
  const client = '192.0.2.66';
  return Array.from({length: days}, (_, day) => [
    ...names('user', 3).map((name, i): Sent => {
      return {atMs: beginMs + day * dayMs + (9 + i) * hourMs, client, unknown: [], took: [name]};
    }),
    ...names(`nat${day}x`, guesses).map((name, i): Sent => {
      const atMs = beginMs + day * dayMs + 20 * hourMs + i * minuteMs;
      return {atMs, client, unknown: [name], took: []};
    }),
  ]).flat();
}

const stamp = (ms: number): string => new Date(ms).toISOString().replace('Z', '000+00:00');

function linesOf({client, unknown, took, atMs}: Sent, n: number): [number, string][] {
  const id = `6AKC${String(n).padStart(10, '0')}`;
  const say = (afterMs: number, pid: number, text: string): [number, string] => [
    atMs + afterMs,
    `${stamp(atMs + afterMs)} relay sm-mta[${pid}]: ${id}: ${text}\n`,
  ];
  const pid = 1000 + (n % 30_000);
  const isMail = took.length > 0;
  const from = `from=<a@${client}.example>, size=${isMail ? 900 : 0}, class=0, nrcpts=${took.length},${isMail ? ` msgid=<${n}@example.org>,` : ''} proto=ESMTP, daemon=MTA, relay=[${client}]`;
  return [
    ...unknown.map((name, i) => say(i * 10, pid, `<${name}@example.net>... User unknown`)),
    say(unknown.length * 10 + 20, pid, from),
    ...took.map((name, i) =>
      say(
        unknown.length * 10 + 200 + i,
        40_000 + (n % 1000),
        `to=<${name}@example.net>, delay=00:00:01, xdelay=00:00:00, mailer=local, pri=30900, relay=local, dsn=2.1.5, stat=Sent`,
      ),
    ),
  ];
}

/** Lines in the order of time. */
export function relayLog(...sent: readonly (readonly Sent[])[]): string {
  return sent
    .flat()
    .flatMap(linesOf)
    .sort(([a], [b]) => a - b)
    .map(([, line]) => line)
    .join('');
}
