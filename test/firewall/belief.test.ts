/** What is believed may be doubted; what was seen is not forgotten by that. */
import {expect, test} from '@jest/globals';
import {type Belief, doubted} from '../../src/firewall/belief.js';

const seen = {actual: ['a rule'], readMs: 1_800_000_000_000};

test.each<[Belief<readonly string[]>, Belief<readonly string[]>]>([
  [{kind: 'none'}, {kind: 'none'}],
  [
    {kind: 'believed', ...seen},
    {kind: 'lastSeen', ...seen},
  ],
  [
    {kind: 'lastSeen', ...seen},
    {kind: 'lastSeen', ...seen},
  ],
])('%j in doubt is %j', (before, after) => {
  expect(doubted(before)).toEqual(after);
});
