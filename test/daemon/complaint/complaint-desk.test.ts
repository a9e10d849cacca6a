/**
 * Which blocks of the daemon become complaints, what takes them back, and what the log says about
 * them.
 */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals';
import type {Block} from '../../../src/blocks/block.js';
import {ComplaintDesk} from '../../../src/daemon/complaint/complaint-desk.js';
import type {Accusation} from '../../../src/complaint/spool/accusation.js';
import type {Config} from '../../../src/config/schema.js';
import type {Outcome, WhyLifted} from '../../../src/guard/outcome.js';
import {emptyState, type State} from '../../../src/guard/state.js';
import type {Because} from '../../../src/judge/verdict.js';
import type {ClientView, CrowdView} from '../../../src/judge/view.js';
import type {Evidence} from '../../../src/mail/evidence.js';
import {parseAddress} from '../../../src/net/address.js';
import {parseWhitelist} from '../../../src/net/whitelist.js';
import {Exemptions} from '../../../src/score/exempt.js';
import {holderOf, startMs} from '../../complaint/support.js';
import {because, guesser} from '../../judge/samples.js';
import {listLost, quietCrowd} from '../../report/status-samples.js';
import {configIn} from '../../support/config.js';
import {smtpServer, type SmtpServer} from '../../support/smtp-server.js';
import {until} from '../../support/temp.js';

let server: SmtpServer;
let desk: ComplaintDesk;
let state: State;
let world: {
  nowMs: number;
  whitelist: string;
  crowd: CrowdView;
  client: ClientView | undefined;
  saves: number;
  disk: 'saved' | 'failed';
  said: string[];
};

function open(more: Partial<Config> = {}): void {
  state = emptyState();
  const config = {
    ...configIn('/nowhere'),
    ...{
      complaints: 'send',
      complaintFrom: 'security@example.org',
      complaintDelay: 1,
      complaintAfter: 1,
      ...more,
    },
  } as Config;
  desk = new ComplaintDesk({
    ...{config, state, mailPort: server.port, everyMs: 20, ports: () => [25]},
    judged: {client: () => world.client, crowd: () => world.crowd},
    textOf: ({text}) => text,
    exemptions: () => new Exemptions(parseWhitelist('wl', world.whitelist), undefined, []),
    findContact: (address) => Promise.resolve(holderOf(address.text)),
    say: (level, message) => void world.said.push(`${level} ${message}`),
    now: () => world.nowMs,
    save: () => {
      world.saves += 1;
      return world.disk;
    },
  });
  desk.start();
}

beforeEach(async () => {
  server = await smtpServer();
  world = {
    ...{nowMs: startMs, whitelist: '', crowd: quietCrowd, client: undefined, saves: 0},
    ...{disk: 'saved', said: []},
  };
});
afterEach(async () => {
  await desk.stop();
  await server.close();
});

function blockOf(
  network: string,
  more: Partial<Because> = {},
  block: Partial<Block> = {},
): Outcome {
  const proofs = {proof: 'kernel', weakest: 'kernel'} as const;
  const reasons = {...because, ...proofs, names: ['<anna@example.org>'], ...more};
  const times = {fromMs: startMs, untilMs: startMs + 3_600_000};
  const made = {network, ...times, reason: 'x', origin: 'evidence', because: reasons} as const;
  return {kind: 'block', block: {...made, ...block}, repeat: 2};
}
const lifted = (network: string, why: WhyLifted): Outcome => {
  const block = blockOf(network);
  if (block.kind !== 'block') throw new Error('no block');
  return {kind: 'lifted', block: block.block, why};
};
const aboutMessage = (client: string): Accusation => ({
  kind: 'message',
  ...{network: '', client, queueId: 'x', takenMs: startMs, header: 'Subject: x'},
  found: {kind: 'person'},
});
const clients = (): string[] => [...state.complaintDeeds.values()].map(({client}) => client);
const allow = () => desk.answer({command: 'complain', send: 'sure'});

describe('a block', () => {
  test.each<readonly [string, Outcome]>([
    ['of evidence of the kernel', blockOf('203.0.113.7')],
    ['of evidence of the journal', blockOf('203.0.113.7', {proof: 'journal'})],
  ])('%s accuses', (_, outcome) => {
    open();
    desk.hear([outcome]);
    expect(clients()).toEqual(['203.0.113.7']);
  });

  test.each<readonly [string, Outcome]>([
    ['that a line of a log could forge', blockOf('203.0.113.7', {proof: 'log'})],
    ['of which a line could forge one sign', blockOf('203.0.113.7', {weakest: 'log'})],
    ['of which nobody knows the proof', blockOf('203.0.113.7', {proof: undefined})],
    ['of a network for its neighbours', blockOf('203.0.113.7', {rule: 'neighbours'})],
    ['of an operator', blockOf('203.0.113.7', {}, {origin: 'operator'})],
    ['of a version that told no reason', blockOf('203.0.113.7', {}, {because: undefined})],
    ['of a whole network', blockOf('203.0.113.0/24')],
    ['of a network of IPv6 in which nobody was seen', blockOf('2001:db8::/64')],
  ])('%s accuses nobody', (_, outcome) => {
    open();
    desk.hear([outcome]);
    expect(clients()).toEqual([]);
  });

  test('of a network of IPv6 names the address that was seen last', () => {
    open();
    for (const text of ['2001:db8::7', '2001:db8:1::7', '2001:db8::8']) {
      const client = parseAddress(text)!;
      const evidence: Evidence = {
        ...{kind: 'unknownRecipient', client, atMs: startMs, proof: 'kernel'},
        subject: 'x',
      };
      desk.hear([{kind: 'counted', evidence, score: 1}]);
    }
    desk.hear([blockOf('2001:db8::/64')]);
    expect([...state.complaintDeeds.values()]).toMatchObject([
      {client: '2001:db8::/64', address: '2001:db8::8'},
    ]);
  });

  test('is not noted where complaints are off', () => {
    open({complaints: 'off'});
    desk.hear([blockOf('203.0.113.7')]);
    expect([clients(), desk.status]).toEqual([[], undefined]);
  });
});

describe('a block that is lifted', () => {
  test.each<readonly [WhyLifted, number]>([
    ['operator', 0],
    ['exempt', 0],
    ['brake', 0],
    ['notConfirmed', 0],
    ['ended', 1],
    ['replaced', 1],
  ])('%s: leaves %i', (why, left) => {
    open();
    desk.hear([blockOf('203.0.113.7'), lifted('203.0.113.7', why)]);
    expect(clients()).toHaveLength(left);
  });
});

describe('a complaint', () => {
  test('goes to the mailer of this machine, without a name of a user', async () => {
    open();
    desk.hear([blockOf('203.0.113.7')]);
    await allow();
    world.nowMs += 2000;
    await until('the mail', () => server.mails.length === 1);
    const [mail] = server.mails;
    expect(mail?.from).toMatch(/^security\+bounce-[0-9a-f-]{36}@example\.org$/);
    expect(mail?.to).toBe('abuse@203-0-0-0-16.example.net');
    expect(mail?.text).toContain('203.0.113.7');
    expect(mail?.text).not.toMatch(/anna/);
    await until('it to be counted', () => desk.status?.sent === 1);
    const id = /bounce-([0-9a-f-]{36})/.exec(mail?.from ?? '')?.[1] ?? '';
    const answer = {command: 'complaintAnswer', id, is: 'bounce', why: '5.1.1'} as const;
    expect(await desk.answer(answer)).toEqual({kind: 'done', message: 'noted: it bounced: 5.1.1'});
    expect(desk.status).toMatchObject({bounces: 1, answers: 0});
  });

  test.each<readonly [string, () => void]>([
    ['a whitelisted one', () => void (world.whitelist = '203.0.113.0/24')],
    ['one with a record', () => void (world.client = {...guesser, standing: 'record'})],
    ['one to whom our users write', () => void (world.client = {...guesser, friend: 'yes'})],
    ['one that has logged in', () => state.submitters.set('203.0.113.7', {} as never)],
    ['anybody while blocking is stopped', () => void (world.crowd = listLost)],
  ])('of %s is never made', async (_, change) => {
    open();
    await allow();
    change();
    desk.hear([blockOf('203.0.113.7')]);
    world.nowMs += 2000;
    const {saves} = world;
    await until('three looks', () => world.saves >= saves + 6);
    expect([...state.complaints.values()]).toEqual([]);
    expect(server.mails).toEqual([]);
  });

  test('of a private address is never made, another one of the same look is', async () => {
    open();
    await allow();
    desk.hear([blockOf('10.0.0.7'), blockOf('203.0.113.7')]);
    world.nowMs += 2000;
    await until('the mail', () => server.mails.length === 1);
    expect([...state.complaints.values()].map(({network}) => network)).toEqual(['203.0.0.0/16']);
  });
});

describe('an operator that asks', () => {
  test('hears that the answer was not saved; a refused request is not saved at all', async () => {
    open({complaints: 'off'});
    world.disk = 'failed';
    const request = {command: 'complaintNever', network: '192.0.2.0/24'} as const;
    const {message} = (await desk.answer(request)) as {message: string};
    expect(message).toBe('nobody complains of 192.0.2.0/24 any more; NOT saved');
    const {saves} = world;
    expect(await desk.answer({...request, network: 'x'})).toMatchObject({kind: 'refused'});
    open({dryRun: true});
    expect(await desk.answer(request)).toEqual({
      kind: 'refused',
      message: 'dry_run is set: nothing is saved',
    });
    expect(world.saves).toBe(saves);
  });

  test('for a contact gets the remembered one, also where complaints are off', async () => {
    open({complaints: 'off'});
    const why = 'registry: no answer within 10 s';
    const row = {atMs: startMs, forMs: 3_600_000, result: {kind: 'failed', why}} as const;
    state.contacts.set('203.0.113.0/24', row);
    const request = {command: 'complaintContact', address: '203.0.113.7'} as const;
    expect(await desk.answer(request)).toEqual({
      ...{kind: 'contact', known: {kind: 'failed', why, againMs: startMs + 3_600_000}},
    });
    expect(await desk.answer({...request, address: '10.0.0.7'})).toMatchObject({
      ...{kind: 'contact', known: {kind: 'none', why: expect.stringContaining('not an address')}},
    });
    expect(await desk.answer({...request, address: 'x'})).toMatchObject({kind: 'refused'});
  });

  test('cannot accuse where complaints are off', async () => {
    open({complaints: 'off'});
    const about = aboutMessage('192.0.2.7');
    expect(await desk.answer({command: 'accuse', about})).toEqual({
      kind: 'refused',
      message: 'complaints is "off": set complaints = "preview"',
    });
  });

  test('gets a refusal for a message of a private address, and a complaint for one of the Internet', async () => {
    open({complaints: 'ask'});
    const accuse = (client: string) =>
      desk.answer({command: 'accuse', about: aboutMessage(client)});
    expect(await accuse('10.0.0.7')).toMatchObject({kind: 'refused'});
    expect(await accuse('203.0.113.7')).toMatchObject({
      kind: 'done',
      message: expect.stringMatching(/^complaint \S+ to abuse@203-0-0-0-16\.example\.net$/),
    });
  });
});
