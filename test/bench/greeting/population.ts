/**
 * Bots made up from what was published about real ones, and mailers among them. Half of the bots speak before the
 * greeting, like blind scripts, at any moment (W. Venema about that author's own server: pregreet stops over half). Of
 * the others, so many give up that a wait of 35 s stops nine in ten of all bots, and a wait of 85 s stops all
 * (J. DuBois, 2004). Today's bots may behave differently: no source after 2011 has numbers.
 */
import {Random} from '../../support/random.js';

export interface Bot {
  readonly kind: 'speaks' | 'gives up' | 'mailer';
  readonly startMs: number;
  readonly speaksMs?: number;
  readonly says?: string;
  readonly leavesMs?: number;
}

/** Shares of all bots: those that speak early, and those that give up before 35 s. The rest give up before 85 s. */
const speakers = 0.5;
const goneBy35 = 0.4;
/** Share of speakers that speak at once, and share of all bots that leave out HELO. */
const atOnce = 0.5;
const withoutHelo = 0.25;
/** A mailer waits five minutes (RFC 5321). Ms. */
const mailerMs = 300_000;
/** Time within which all come. Ms. */
const spreadMs = 3000;
/** Bots for each mailer. A count. */
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
