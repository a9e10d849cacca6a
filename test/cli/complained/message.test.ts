/** Messages of a file, with a log of a file and somebody who knows whom to tell. */
import fs from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from '@jest/globals';
import {domainOfMessage} from '../../../src/cli/complained/from-message.js';
import {complainMessages, printHeader} from '../../../src/cli/complained/message.js';
import type {Complaining} from '../../../src/cli/complained/wiring.js';
import type {ContactAnswer} from '../../../src/complaint/contact/answer.js';
import {tempDirs} from '../../support/temp.js';
import {collected, configWith} from '../support.js';

const newDir = tempDirs();
const id = '6ATFIh0Y000204';
const client = '198.51.100.7';
const config = configWith([]);

const printsOnly: Complaining = {
  findContact: () => Promise.resolve({kind: 'none', network: client, why: 'nobody is listed'}),
  preview: ({queueId}) => `a letter about ${queueId}\n`,
  accuse: () => Promise.resolve({kind: 'taken'}),
};

/** @param logged the client of the log */
function world(logged = client) {
  const folder = newDir();
  const [file, log] = [join(folder, 'message'), join(folder, 'log')];
  const date = new Date().toUTCString();
  fs.writeFileSync(
    file,
    `Received: from x (h [${client}])\n\tby relay.example.net (8.18.1/8.18.1) with ESMTP id ${id}\n\tfor <bob@example.net>; ${date}\nMessage-Id: <1@x>\nX-Odd: \x1b[31m\xe9\n\nbody\n`,
    'latin1',
  );
  const stamp = new Date().toISOString();
  fs.writeFileSync(
    log,
    `${stamp} relay sm-mta[1]: ${id}: from=<a@example.org>, size=5, class=0, nrcpts=1, msgid=<1@x>, proto=ESMTP, daemon=MTA, relay=h [${logged}]\n`,
  );
  const parts = collected();
  const complaints: string[] = [];
  const output = {...parts.output, complain: (text: string) => void complaints.push(text)};
  return {file, log, output, complaints, parts, as: 'mx.example.net, relay.example.net'};
}

const found: ContactAnswer = {
  kind: 'found',
  network: '198.51.100.0/24',
  contacts: [{mailbox: 'abuse@example.org', source: 'registry', certainty: 'published'}],
  foundMs: 0,
};
const knows = (answer: ContactAnswer) => ({
  ...printsOnly,
  findContact: () => Promise.resolve(answer),
});

describe('complain message', () => {
  test('prints the verdict, the contact, and what a complaint would say', async () => {
    const {file, output, parts, ...rest} = world();
    const wish = {files: [file], form: 'text', ...rest} as const;
    expect(await complainMessages(wish, config, parts.log, output, knows(found))).toBe(0);
    expect(parts.printed()).toContain(`: verified: ${client} handed it in as ${id} at `);
    expect(parts.printed()).toContain('to: abuse@example.org (published) for 198.51.100.0/24');
    expect(parts.printed()).not.toContain('bob@example.net');
  });

  test('of one that proves nothing asks nobody, and exits with 1', async () => {
    const {file, output, parts, ...rest} = world('203.0.113.9');
    const wish = {files: [file, file], form: 'json', ...rest} as const;
    const asked: unknown[] = [];
    const complaining = {
      ...printsOnly,
      findContact: (...words: unknown[]) => {
        asked.push(words);
        return Promise.resolve(found);
      },
    };
    expect(await complainMessages(wish, config, parts.log, output, complaining)).toBe(1);
    const lines = parts.printed().trim().split('\n');
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0]!)).toMatchObject({kind: 'unverified', client});
    expect(asked).toEqual([]);
  });

  test('reports a missing file, and prints nothing else', async () => {
    const {output, parts, complaints, ...rest} = world();
    const wish = {files: ['/nowhere/x'], form: 'text', ...rest} as const;
    expect(await complainMessages(wish, config, parts.log, output, printsOnly)).toBe(69);
    expect(complaints[0]).toContain('/nowhere/x');
    expect(parts.printed()).toBe('');
  });
});

test('complain headers prints nothing that a terminal obeys', async () => {
  const {file, output, parts} = world();
  expect(await printHeader(file, output)).toBe(0);
  expect(parts.printed()).toMatch(/^[\t\n\x20-\x7e]+$/);
  expect(parts.printed()).toContain('X-Odd: ?[31m?\n');
  expect(parts.printed()).not.toContain('body');
});

describe('contact --from-message', () => {
  test('prints the domain alone', async () => {
    const {output, parts, complaints, ...rest} = world();
    const wish = {...rest, form: 'text'} as const;
    const {findContact} = knows(found);
    expect(await domainOfMessage(wish, config, parts.log, output, findContact)).toBe(0);
    expect([parts.printed(), complaints]).toEqual(['example.org\n', []]);
  });

  test('as JSON: with the client, and whether our log bears it out', async () => {
    const {output, parts, ...rest} = world();
    const {findContact} = knows(found);
    const wish = {...rest, form: 'json'} as const;
    expect(await domainOfMessage(wish, config, parts.log, output, findContact)).toBe(0);
    expect(JSON.parse(parts.printed())).toMatchObject({
      ...{client, verified: true, domain: 'example.org'},
    });
  });

  test('of an unverified one too, with a word about it', async () => {
    const {output, parts, complaints, ...rest} = world('203.0.113.9');
    const wish = {...rest, form: 'text'} as const;
    const {findContact} = knows(found);
    expect(await domainOfMessage(wish, config, parts.log, output, findContact)).toBe(0);
    expect(parts.printed()).toBe('example.org\n');
    expect(complaints).toEqual([expect.stringMatching(/^unverified: .*nobody is accused$/)]);
  });

  test.each<ContactAnswer>([
    {kind: 'none', network: client, why: 'nobody is listed'},
    {kind: 'failed', why: 'no answer', againMs: 0},
  ])('exits with 1 where there is none: $kind', async (answer) => {
    const {output, parts, complaints, ...rest} = world();
    const wish = {...rest, form: 'text'} as const;
    const {findContact} = knows(answer);
    expect(await domainOfMessage(wish, config, parts.log, output, findContact)).toBe(1);
    expect(parts.printed()).toBe('');
    expect(complaints[0]).toContain('no contact for 198.51.100.7: ');
  });
});
