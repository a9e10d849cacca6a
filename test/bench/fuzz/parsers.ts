/**
 * All readers of foreign text, each with texts to begin from. A reader must answer any text: an error that it
 * throws would end the daemon.
 */
import {readFileSync} from 'node:fs';
import {filterTables, journalEntries, logLines, messages} from './corpus.js';
import {setPart} from '../../../src/blocks/sets/ipset.js';
import {likeOurs} from '../../../src/blocks/chain/like-ours.js';
import {parseListing} from '../../../src/blocks/chain/rules.js';
import {readTable} from '../../../src/blocks/sets/nftables-listing.js';
import {parseConfig} from '../../../src/config/parse.js';
import {isAboutComplaints, parseRequest, readNetwork} from '../../../src/control/protocol.js';
import {rulesAsLines, troubleIn} from '../../../src/firewall/filter-listing.js';
import {readRules} from '../../../src/firewall/filter-table.js';
import {otherDrops} from '../../../src/firewall/other-drops.js';
import {readJournalEntry} from '../../../src/log/journal-entry.js';
import {plainAddress} from '../../../src/mail/address/plain-address.js';
import {writtenLength} from '../../../src/mail/address/written.js';
import {sendmail} from '../../../src/mail/sendmail/dialect.js';
import {isListenerTitle, parseProcessTitle} from '../../../src/mail/sendmail/process-title.js';
import {parseSendmail} from '../../../src/mail/sendmail/read-message.js';
import {activeOpensOf} from '../../../src/net/active-opens.js';
import {readIdleTimes} from '../../../src/net/idle-times.js';
import {parseNetwork} from '../../../src/net/network.js';
import {OutgoingTable} from '../../../src/net/outgoing-sockets.js';
import {
  findSockets,
  isSocketTable,
  listenersIn,
  socketsAtPort,
} from '../../../src/net/socket-table.js';
import {parseWhitelist} from '../../../src/net/whitelist.js';
import {isLoss, parseConnectEvent} from '../../../src/outgoing/connect-event.js';
import {homeOf} from '../../../src/outgoing/control-group.js';
import {parseEgress} from '../../../src/outgoing/egress/chain-rules.js';
import {readEgressTable} from '../../../src/outgoing/egress/nftables-listing.js';
import {cgiScriptOf, scriptOf} from '../../../src/outgoing/script.js';
import {parseConfigText} from '../../../src/sys/disk/config-file.js';
import {chainSpec, dropQuestion, nowMs, others} from './samples.js';

export interface Parser {
  readonly name: string;
  readonly texts: readonly string[];
  readonly read: (text: string) => void;
}

/** V8 parses foreign JSON. Text that is no JSON is refused there. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const parsersOfLogs: readonly Parser[] = [
  {
    name: 'frames of log lines',
    texts: logLines,
    read: (text) => void sendmail.frames().read({source: 'log', offset: 0, text}, nowMs),
  },
  {
    name: 'messages of sendmail',
    texts: messages,
    read: (text) => {
      parseSendmail(text);
      sendmail.looksLike(text);
    },
  },
  {
    name: 'addresses of mail',
    texts: others.addresses,
    read: (text) => {
      plainAddress(text);
      writtenLength(text);
    },
  },
  {
    name: 'journal entries',
    texts: journalEntries,
    read: (text) => void readJournalEntry(parsed(text), 'ab'.repeat(16)),
  },
  {
    name: 'process titles',
    texts: others.titles,
    read: (text) => {
      parseProcessTitle(text);
      isListenerTitle(text);
    },
  },
];

const parsersOfPeople: readonly Parser[] = [
  {
    name: 'control requests',
    texts: others.requests,
    read: (text) => {
      const request = parseRequest(parsed(text));
      if (request === undefined || isAboutComplaints(request)) return;
      if ('network' in request) readNetwork(request);
    },
  },
  {
    name: 'the configuration file',
    texts: [readFileSync('etc/blocksmtp.toml', 'utf8').slice(0, 3000), ...others.toml],
    read: (text) => {
      const file = parseConfigText('/etc/x.toml', text);
      const found = file.kind === 'table' ? file : file.rest;
      if (found === undefined) return;
      const {table, lines} = found;
      parseConfig({flags: {}, file: 'x', table, lines: lines(), isSchedule: () => true});
    },
  },
  {
    name: 'the whitelist',
    texts: [readFileSync('etc/blocksmtp.whitelist', 'utf8'), ...others.whitelists],
    read: (text) => void parseWhitelist('/etc/x', text),
  },
  {name: 'networks', texts: others.networks, read: (text) => void parseNetwork(text)},
];

const parsersOfTheKernel: readonly Parser[] = [
  {
    name: 'socket tables',
    texts: others.socketTables,
    read: (text) => {
      isSocketTable(text);
      findSockets(text, ['4711', '4712']);
      socketsAtPort(text, 25);
      listenersIn(text);
      const table = new OutgoingTable([25, 465, 587]);
      table.take(text);
      table.soFar();
    },
  },
  {name: 'idle times of ss', texts: others.idleTimes, read: (text) => void readIdleTimes(text)},
  {name: 'counters of TCP', texts: others.counters, read: (text) => void activeOpensOf(text)},
  {name: 'control groups', texts: others.groups, read: (text) => void homeOf(text)},
  {
    name: 'lines of the tracepoint',
    texts: others.connectEvents,
    read: (text) => {
      isLoss(text);
      parseConnectEvent(text);
    },
  },
  {
    name: 'command lines',
    texts: others.commandLines,
    read: (text) => {
      const words = text.split('\0');
      scriptOf(words[0] ?? '', words, '/srv');
      cgiScriptOf(words);
    },
  },
];

const parsersOfTheFirewall: readonly Parser[] = [
  {
    name: 'listings of iptables',
    texts: filterTables,
    read: (text) => {
      troubleIn(text);
      Array.from(rulesAsLines(text));
      parseListing(chainSpec, 4, text);
      parseEgress('OUT', 4, text, nowMs);
      const rules = readRules(text);
      likeOurs(rules, () => false);
      otherDrops(rules, dropQuestion);
    },
  },
  {
    name: 'listings of nft',
    texts: others.nftables,
    read: (stdout) => {
      readTable(chainSpec, 4, {kind: 'done', stdout}, nowMs);
      readEgressTable('OUT', 4, {kind: 'done', stdout}, nowMs);
    },
  },
  {
    name: 'listings of ipset',
    texts: others.ipsets,
    read: (stdout) => void setPart(chainSpec, 4).read([{kind: 'done', stdout}], nowMs),
  },
];

export const parsers: readonly Parser[] = [
  ...parsersOfLogs,
  ...parsersOfPeople,
  ...parsersOfTheKernel,
  ...parsersOfTheFirewall,
];
