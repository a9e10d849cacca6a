/** An enforcement with its guard on a fake kernel, for tests; what happens is written down in order. */
import {join} from 'node:path';
import {type Config, settings as configSettings} from '../../../src/config/schema.js';
import {Enforcement, type EnforcementParts} from '../../../src/daemon/enforcement/enforcement.js';
import {Guard} from '../../../src/guard/guard.js';
import {guardSettings} from '../../../src/guard/settings.js';
import {sendmail} from '../../../src/mail/sendmail/dialect.js';
import {emptyState, type State} from '../../../src/guard/state.js';
import {parseWhitelist} from '../../../src/net/whitelist.js';
import {Exemptions} from '../../../src/score/exempt.js';
import {configIn} from '../../support/config.js';
import {FakeNetfilter} from '../../support/fake-netfilter.js';

export const chain = configSettings.iptablesChainName.standard;
export const ruleOf = (network: string): string =>
  `-s ${network}/32 -p tcp -m tcp --dport 25 -j DROP`;

export interface World {
  readonly kernel: FakeNetfilter;
  readonly state: State;
  readonly guard: Guard;
  readonly config: Config;
  /** `kernel`, `saved`, or a log line with its level in front. */
  readonly happened: string[];
  readonly enforcement: Enforcement;
  /** What the disk says when it refuses; empty: it does not. */
  diskRefuses: string;
  whitelist: string;
}

export function worldIn(folder: string, more: Partial<EnforcementParts> = {}): World {
  const kernel = new FakeNetfilter();
  const state = emptyState();
  const config: Config = {...configIn(folder), whiteList: join(folder, 'whitelist')};
  const guard = new Guard(guardSettings(config, 'mail', 'live', sendmail), state);
  const happened: string[] = [];
  kernel.onRestored = () => happened.push('kernel');
  const world = {kernel, state, guard, config, happened, diskRefuses: '', whitelist: ''};
  const enforcement = new Enforcement({
    config,
    state,
    guard,
    exemptions: () => new Exemptions(parseWhitelist('wl', made.whitelist), undefined, []),
    commit: () => {
      if (made.diskRefuses !== '') throw new Error(made.diskRefuses);
      happened.push('saved');
    },
    run: kernel.run,
    otherVariant: () => Promise.resolve(undefined),
    families: [4],
    unwanted: 'remove',
    // The kernel is a fake; this machine's sessions are not.
    sessions: 'leave',
    say: (level, message) => void happened.push(`${level} ${message}`),
    ...more,
  });
  const made: World = Object.assign(world, {enforcement});
  return made;
}
