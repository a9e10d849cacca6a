/** What the doctor finds in the firewall beside our own rules, and in the files that are loaded at boot. */
import {expect, test} from '@jest/globals';
import {troubleIn} from '../../../src/firewall/filter-listing.js';
import type {Status} from '../../../src/report/status.js';
import {statusWith, troubles} from './samples.js';

test('a chain of ours in the rule set of nft is bad', () => {
  expect(troubles({savedChains: ['/etc/nftables.conf']})).toEqual([
    expect.stringMatching(/^bad: \/etc\/nftables.conf holds chain SPAM_UNAME_GUESSERS .*refuses/),
  ]);
});

test('abandoned chains and tables that look like ours are reported', () => {
  const [likeOurs, tablesLikeOurs] = [
    [{program: 'iptables-legacy', chain: 'OLD', drops: 2}],
    ['ip6 blocksmtp-OLD'],
  ];
  expect(troubles({likeOurs, tablesLikeOurs})).toEqual([
    expect.stringMatching(/^advice: chain OLD looks .*2 rules .*iptables-legacy -S OLD/),
    expect.stringMatching(/^advice: table ip6 blocksmtp-OLD .*nft delete table ip6 blocksmtp-OLD$/),
  ]);
});

test('a table that iptables cannot list: the backend nftables is advised, once', () => {
  const unlisted = troubleIn("# Table `filter' is incompatible, use 'nft' tool.\n");
  const failure = `iptables-save: ${unlisted}`;
  const status = statusWith(0);
  const families = [4, 6].map((family) => ({...status.families[0]!, family, failure}));
  expect(troubles({status: {...status, families} as Status})).toEqual([
    expect.stringMatching(/^bad: the firewall refuses: iptables-save: /),
    'advice: backend = "nftables" has a table of its own beside such rules: set it',
  ]);
});

test('hook chains that are not there are reported', () => {
  const status = statusWith(0);
  const families = [{...status.families[0]!, absentHooks: ['DOCKER-USER']}];
  expect(troubles({status: {...status, families}})).toEqual([
    expect.stringMatching(/^advice: IPv4: .*DOCKER-USER/),
  ]);
});
