/** Asks the kernel which clients spoke too early, in one family, and makes it forget them. */
import {gateTable} from '../nftables.js';
import {talkSet} from '../chain-texts.js';
import {ipset} from '../../../blocks/sets/ipset.js';
import {elementNetwork} from '../../../blocks/sets/nftables-listing.js';
import type {Call} from '../../../firewall/backend.js';
import {elementText, isAbsent, listedIn, nft} from '../../../firewall/nft.js';
import type {RunCall} from '../../../firewall/live/part.js';
import type {Family} from '../../../net/address.js';

type EarlyRead =
  | {readonly kind: 'clients'; readonly clients: readonly string[]}
  | {readonly kind: 'failed'; readonly why: string};

/** How one tool lists early talkers, and deletes some of them. */
interface Tongue {
  readonly list: Call;
  readonly isAbsent: (why: string) => boolean;
  readonly read: (listing: string) => readonly string[] | undefined;
  readonly forget: (clients: readonly string[]) => Call;
}

const nftTongue = (family: Family): Tongue => {
  const [ip = '', name = ''] = gateTable(family).split(' ');
  return {
    list: {program: 'nft', parameters: ['-j', 'list', 'set', ip, name, 'early'], input: ''},
    isAbsent,
    read: (listing) => {
      // `nft list set` prints no table. `listedIn` expects one, so it is added.
      const listed = listedIn(listing.replace('{"nftables": [', '{"nftables": [{"table": {}}, '));
      if (listed.kind === 'unreadable') return undefined;
      return listed.items
        .flatMap(({set}) => set?.elem ?? [])
        .flatMap(
          (each) =>
            elementNetwork(typeof each === 'object' && 'elem' in each ? each.elem.val : each) ?? [],
        );
    },
    // The kernel may have ended an element meanwhile. Deleting it would fail, so it is added first.
    forget: (clients) =>
      nft([
        `add element ${gateTable(family)} early { ${clients.join(', ')} }`,
        `delete element ${gateTable(family)} early { ${clients.join(', ')} }`,
      ]),
  };
};

const ipsetTongue = (family: Family): Tongue => {
  const set = talkSet('early', family);
  return {
    list: {program: 'ipset', parameters: ['save', set], input: ''},
    isAbsent: (why) => why.includes('The set with the given name does not exist'),
    read: (listing) =>
      listing.split('\n').flatMap((line) => {
        const client = /^add \S+ (\S+)/.exec(line)?.[1];
        return client === undefined ? [] : elementText(client);
      }),
    forget: (clients) => ipset(`${clients.map((client) => `del ${set} ${client}`).join('\n')}\n`),
  };
};

export async function takeEarly(
  tool: 'nft' | 'ipset',
  family: Family,
  run: RunCall,
): Promise<EarlyRead> {
  const tongue = tool === 'nft' ? nftTongue(family) : ipsetTongue(family);
  const listed = await run(tongue.list);
  if (listed.kind !== 'done') {
    return tongue.isAbsent(listed.why)
      ? {kind: 'clients', clients: []}
      : {kind: 'failed', why: listed.why};
  }
  const clients = tongue.read(listed.stdout);
  if (clients === undefined) {
    const why = `${tongue.list.program}: not a list of early talkers: ${listed.stdout.slice(0, 80)}`;
    return {kind: 'failed', why};
  }
  if (clients.length === 0) return {kind: 'clients', clients};
  // If the deletion fails, none is reported now: otherwise the next call would report them twice.
  const forgotten = await run(tongue.forget(clients));
  return forgotten.kind === 'done'
    ? {kind: 'clients', clients}
    : {kind: 'failed', why: forgotten.why};
}
