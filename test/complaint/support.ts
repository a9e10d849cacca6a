/** Complaints of tests: tables, attackers, and a worker over them with a mailer that only notes. */
import {Table} from '../../src/base/mechanisms/table.js';
import type {ContactAnswer} from '../../src/complaint/contact/answer.js';
import {builtInLetters} from '../../src/complaint/letter/samples.js';
import type {ComplaintMail} from '../../src/complaint/letter/mail.js';
import type {ComplaintParts} from '../../src/complaint/live/parts.js';
import type {Attacker} from '../../src/complaint/spool/deed.js';
import type {ComplaintTables} from '../../src/complaint/spool/tables.js';
import {base64, keyedHash, newKey} from '../../src/sys/complaint/keyed-hash.js';

export const dayMs = 86_400_000;
export const startMs = Date.UTC(2026, 11, 31, 20);

export const hash = keyedHash('00'.repeat(32));
export const sender = {
  ...{from: 'abuse@example.org', relay: 'relay.example.org', ports: [25]},
};
export const tools = {idOf: (address: string) => uuid(address), base64};

function uuid(text: string): string {
  const hex = hash(text);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const attacker = (address: string, more: Partial<Attacker> = {}): Attacker => ({
  ...{client: address, address, firstMs: startMs - 3_600_000, lastMs: startMs},
  ...{unknownNames: 12, wrongPasswords: 0, blocks: 2, names: []},
  ...more,
});

export const emptyTables = (): ComplaintTables => ({
  complaintDeeds: new Table(),
  complaints: new Table(),
  complaintLeftOut: new Table(),
  complaintBook: new Table(),
});

export interface Rig {
  readonly parts: ComplaintParts;
  readonly mails: ComplaintMail[];
  readonly said: string[];
  nowMs: number;
}

/** The holder of an address is its /16. */
export const holderOf = (address: string): ContactAnswer => {
  const network = `${address.split('.').slice(0, 2).join('.')}.0.0/16`;
  const mailbox = `abuse@${network.replaceAll(/[./]/g, '-')}.example.net`;
  const contact = {mailbox, source: 'registry', certainty: 'published'} as const;
  return {kind: 'found', network, contacts: [contact], foundMs: 0};
};

export function rig(
  config: Partial<ComplaintParts['config']> = {},
  more: Partial<ComplaintParts> = {},
): Rig {
  const mails: ComplaintMail[] = [];
  const said: string[] = [];
  const made: Rig = {
    ...{mails, said, nowMs: startMs},
    parts: {
      config: {
        ...{complaints: 'send', complaintFrom: 'abuse@example.org', complaintAfter: 2},
        ...{complaintClients: 3, complaintDelay: 1800, complaintsPerDay: 50},
        ...{complaintLetters: '', dryRun: false},
        ...config,
      },
      tables: emptyTables(),
      now: () => made.nowMs,
      save: () => 'saved',
      findContact: (address) => Promise.resolve(holderOf(address.text)),
      handOver: (mail) => {
        mails.push(mail);
        return Promise.resolve({kind: 'taken', said: '250 ok'});
      },
      mayName: () => 'yes',
      brake: () => 'off',
      ...{
        sender,
        ours: () => Promise.resolve(['example.org']),
        newKey,
        hashWith: keyedHash,
        base64,
      },
      say: (_, message) => void said.push(message),
      letters: () => ({letters: builtInLetters(), problems: []}),
      ...more,
    },
  };
  return made;
}
