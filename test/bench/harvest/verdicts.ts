/** The aims for the judge with default settings, and whether these rounds met them. */
import {aim} from '../aims.js';
import {ours} from './contenders.js';
import {outageMinutes, type Round} from './rounds.js';
import {behindNat, blockedRuns, type Harvest, mean, spoiltMails} from './tables.js';

/** The most that attackers may learn. Percent of what they learn without a defence. */
const most = {mean: 4, each: 30, single: 2, nine: 3, nat_guesser: 8} as const;

/** Attackers that keep one address of their own. */
const singles = [
  'full',
  'minute',
  'quarter',
  'null',
  'dictionary',
  'alphabet',
  'mixed15',
  'mixed50',
  'warm',
  'parallel',
];

/** How long the guesser behind the shared address is active each evening. Hours. */
const natHoursOfEvening = 2;

export function judgeRounds(harvest: Harvest, days: number): void {
  const rounds = harvest.of('together', ours);
  const named = harvest.yields('named', rounds);
  const over = (limit: number, kinds: readonly string[]): string[] =>
    named.flatMap(([name, share]) =>
      kinds.includes(name) && share > limit ? `${name} ${share.toFixed(1)}` : [],
    );
  const average = mean(named.map(([, share]) => share));
  say(`mean yield of the named kinds ${average.toFixed(2)} %, aim ${String(most.mean)}`, [], () => {
    return average <= most.mean;
  });
  const all = named.map(([name]) => name);
  say(`none of them above ${String(most.each)} %`, over(most.each, all));
  say(`single addresses at most ${String(most.single)} %`, over(most.single, singles));
  say(`nine at once at most ${String(most.nine)} %`, over(most.nine, ['nine']));
  const nat = `behind a shared address at most ${String(most.nat_guesser)} %`;
  say(nat, over(most.nat_guesser, ['nat_guesser']));
  const alone = named.flatMap(([name]) => {
    const share = harvest.yieldOf(name, harvest.of(name, ours));
    return share !== undefined && share > most.each ? `${name} ${share.toFixed(1)}` : [];
  });
  say(`no botnet above ${String(most.each)} % where it is alone`, alone);
  innocentsOf(harvest, rounds, days);
}

function innocentsOf(harvest: Harvest, rounds: readonly Round[], days: number): void {
  for (const [what, group] of [
    ['the named', 'named'],
    ['our', 'ours'],
    ['the kept back', 'heldOut'],
  ] as const) {
    const [blocked, runs] = blockedRuns(rounds, [group]);
    if (runs === 0) continue;
    aim(
      `innocents blocked in ${String(blocked)} of ${String(runs)} runs of ${what} kinds`,
      blocked === 0,
    );
  }
  const hours = rounds.flatMap(({innocents}) => innocents[behindNat]?.hours ?? []);
  if (hours.length > 0) {
    const evening = mean(hours) / days;
    const text = `the shared address is blocked for ${evening.toFixed(2)} h an evening`;
    // The world looks every five minutes, so one look is added.
    aim(text, evening <= natHoursOfEvening + 1 / 12);
  }
  const {delayed, lost} = spoiltMails(rounds);
  aim(`good mails late ${String(delayed)}, lost ${String(lost)}`, delayed === 0);
  for (const minutes of outageMinutes) {
    const those = harvest.of(`outage ${String(minutes)}`, ours);
    const [blocked, runs] = blockedRuns(those, ['named', 'ours', 'heldOut']);
    if (runs === 0) continue;
    const text = `innocents blocked in ${String(blocked)} of ${String(runs)} runs while the user list is lost for ${String(minutes)} min`;
    aim(text, blocked === 0);
  }
}

function say(text: string, missed: readonly string[], isMet = () => missed.length === 0): void {
  aim(missed.length === 0 ? text : `${text}: ${missed.join(', ')}`, isMet());
}
