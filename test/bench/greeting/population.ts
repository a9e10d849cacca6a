/**
 * Bots that are made up from what was published of real ones, and mailers beside them. Half of the bots speak before
 * the greeting (W. Venema about W. Venema's server: pregreet stops over half), as blind scripts at any moment. Of the others
 * so many give up that a wait of 35 s stops nine of ten and one of 85 s all (J. DuBois, 2004). Today's bots may be
 * others: no source after 2011 has numbers.
 */
import {Random} from '../../support/random.js';

export interface Bot {
  readonly kind: 'speaks' | 'gives up' | 'mailer';
  readonly startMs: number;
  readonly speaksMs?: number;
  readonly says?: string;
  readonly leavesMs?: number;
}

/** Shares of bots: those that speak early, and of all those that give up before 35 s and before 85 s. */
const speakers = 0.5;
const goneBy35 = 0.4;
/** Of those that speak, so many do at once, and so many of all leave out HELO. */
const atOnce = 0.5;
const withoutHelo = 0.25;
/** A mailer waits five minutes (RFC 5321). Ms. */
const mailerMs = 300_000;
/** All come within so long. Ms. */
const spreadMs = 3000;
/** A mailer for each so many bots. */
const botsOfMailer = 5;

const helo = 'HELO bot.example.org\r\n';
const mail = 'MAIL FROM:<a@example.org>\r\nRCPT TO:<alice@example.net>\r\n';

export function population(count: number, seed: number): Bot[] {
  const dice = new Random(seed);
  const between = (from: number, to: number): number => from + dice.below(to - from);
  const bots = Array.from({length: count}, (_, at): Bot => {
    const [share, startMs] = [at / count, between(0, spreadMs)];
    if (share < speakers) {
      const inHalf = share / speakers;
      const speaksMs = inHalf < atOnce ? between(0, 100) : between(100, 5500);
      const isBare = at % Math.round(1 / withoutHelo) === 0;
      return {kind: 'speaks', startMs, speaksMs, says: `${isBare ? '' : helo}${mail}`};
    }
    const leavesMs =
      share < speakers + goneBy35 ? between(10_000, 34_000) : between(36_000, 84_000);
    return {kind: 'gives up', startMs, leavesMs};
  });
  const mailers = Array.from({length: Math.ceil(count / botsOfMailer)}, (): Bot => ({
    kind: 'mailer',
    startMs: between(0, spreadMs),
    leavesMs: mailerMs,
  }));
  return [...bots, ...mailers];
}
