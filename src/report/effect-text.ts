/** The text about blocks that are in force but have no effect: for the log, `status`, `why` and `doctor`. */
import {aboutText} from '../base/duration.js';
import {countText} from '../base/count.js';
import type {EffectView, Passages, PassageWay} from '../blocks/passage.js';

/** The likely reason, by the way of the packets. */
export const wayText: Readonly<Record<PassageWay, string>> = {
  otherHost:
    'the lines are of another host or a container, whose packets do not pass INPUT of this machine',
  container:
    'the mailer has a network of its own (a container), so its packets pass FORWARD, translated, and not INPUT',
  otherPort: 'the client was served at a port that the rule does not guard',
  unknown:
    'perhaps its packets are translated (DNAT, REDIRECT) or forwarded, or go to another port',
};

/** For the log, once for each way. */
export const passageText = (client: string, network: string, way: PassageWay): string => {
  const which = client === network ? 'its block' : `the block of ${network}`;
  const what = `${client} began a session while ${which} was in force: blocks have NO EFFECT`;
  return `${what}: ${wayText[way]} (\`blocksmtp doctor\`); blocksmtp says this once`;
};

export function effectLines(effect: EffectView | undefined, nowMs: number): string[] {
  if (effect === undefined || effect.kind === 'undisputed') return [];
  const {sessions, lastMs, client} = effect;
  const ago = aboutText(Math.max(0, Math.round((nowMs - lastMs) / 1000)));
  const what = `${countText(sessions, 'session')} began although blocked, the latest ${ago} ago by ${client}`;
  return [effect.kind === 'lately' ? `blocks have NO EFFECT: ${what}` : `earlier, ${what}`];
}

export const passagesText = ({sessions, way}: Passages): string =>
  `the block has NO EFFECT: ${countText(sessions, 'session')} of it began while it was in force; ${wayText[way]}`;
