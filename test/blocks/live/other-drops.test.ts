/** Whether a rule of others drops an address, asked of the real kernel: `why` tells it. */
import {expect, test} from '@jest/globals';
import {dropsBeside} from '../../../src/blocks/live/other-drops.js';
import type {RunCall} from '../../../src/firewall/live/part.js';
import {networkOf} from '../../../src/net/network.js';
import {besideLines} from '../../../src/report/beside-text.js';
import {describeInNamespace} from '../../support/kernel/namespace.js';
import {spec} from '../../support/kernel/samples.js';

const guesser = '203.0.113.7';
const asked: Parameters<typeof dropsBeside>[0] = {
  ...{network: networkOf(guesser), spec: {...spec, ports: [25, 587]}, backend: 'iptables'},
  ...{block: 'none', otherVariant: undefined},
};

const linesOf = async (run: RunCall, more: Partial<Parameters<typeof dropsBeside>[0]> = {}) =>
  besideLines(await dropsBeside({...asked, ...more}, run));

describeInNamespace(
  'rules of others',
  'default',
  (namespace) => {
    const iptables = (...words: string[]): void => void namespace.run('iptables', words);
    const {runCall} = namespace;

    test('give no line where none of them drops the client', async () => {
      iptables('-A', 'INPUT', '-s', '203.0.113.8', '-j', 'DROP');
      iptables('-A', 'INPUT', '-p', 'tcp', '--dport', '22', '-j', 'DROP');
      expect(await linesOf(runCall)).toEqual([]);
    });

    test('a chain as fail2ban makes it, and a network that the administrator drops', async () => {
      iptables('-N', 'f2b-postfix');
      iptables('-A', 'f2b-postfix', '-s', guesser, '-j', 'REJECT');
      iptables('-A', 'f2b-postfix', '-j', 'RETURN');
      iptables(
        '-I',
        'INPUT',
        '-p',
        'tcp',
        '-m',
        'multiport',
        '--dports',
        '25,465',
        '-j',
        'f2b-postfix',
      );
      iptables('-A', 'INPUT', '-s', '203.0.113.0/24', '-i', 'eth0', '-j', 'DROP');
      expect(await linesOf(runCall)).toEqual([
        `a rule outside of blocksmtp's chain drops it: chain f2b-postfix: -s ${guesser}/32 -j REJECT --reject-with icmp-port-unreachable`,
        "a rule outside of blocksmtp's chain may drop it: chain INPUT: -s 203.0.113.0/24 -i eth0 -j DROP",
      ]);
    });

    test('a set of ipset that has it', async () => {
      namespace.run('ipset', ['create', 'f2b-smtp', 'hash:net']);
      iptables('-A', 'INPUT', '-m', 'set', '--match-set', 'f2b-smtp', 'src', '-j', 'DROP');
      expect(await linesOf(runCall)).toEqual([]);
      namespace.run('ipset', ['add', 'f2b-smtp', '203.0.113.0/24']);
      expect(await linesOf(runCall)).toEqual([expect.stringContaining('--match-set f2b-smtp src')]);
    });

    test('our own chain: reported where no block explains it, and under a backend whose chain it is not', async () => {
      iptables('-N', spec.chain);
      iptables('-A', 'INPUT', '-p', 'tcp', '--dport', '25', '-j', spec.chain);
      iptables('-A', spec.chain, '-s', guesser, '-p', 'tcp', '--dport', '25', '-j', 'DROP');
      expect(await linesOf(runCall, {block: 'stands'})).toEqual([]);
      expect(await linesOf(runCall)).toEqual([
        expect.stringMatching(
          /^a rule of blocksmtp's chain drops it, and no block says so: chain /,
        ),
      ]);
      expect(await linesOf(runCall, {block: 'stands', backend: 'nftables'})).toEqual([
        expect.stringMatching(/^a rule outside of blocksmtp's chain drops it: chain /),
      ]);
      const moved = {...asked.spec, chain: 'MAIL_GUARD'};
      expect(await linesOf(runCall, {block: 'stands', spec: moved})).toHaveLength(1);
    });

    test('a table that iptables cannot list is reported, not taken for an empty one', async () => {
      iptables('-A', 'INPUT', '-s', guesser, '-j', 'DROP');
      namespace.run('nft', ['-f', '-'], 'add rule ip filter INPUT ct state established accept\n');
      expect(await linesOf(runCall)).toEqual([
        expect.stringMatching(/^whether other rules drop it is not known: iptables-save: /),
      ]);
    });

    test('a hostile comment stays on its line', async () => {
      const comment = '\u001b[2J\n" -j ACCEPT';
      iptables('-A', 'INPUT', '-s', guesser, '-m', 'comment', '--comment', comment, '-j', 'DROP');
      const [line = '', ...others] = await linesOf(runCall);
      expect(others).toEqual([]);
      expect(line).toMatch(/^[\x20-\x7e]{1,300}$/);
    });
  },
  ['ipset', 'nft'],
);
