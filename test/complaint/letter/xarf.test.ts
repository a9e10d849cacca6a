/** Each report for programs is held against the schemas of XARF themselves. */
import {readFileSync} from 'node:fs';
import {describe, expect, test} from '@jest/globals';
import {Ajv2020} from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import {mostReports, xarfReports} from '../../../src/complaint/letter/xarf.js';
import type {Accusation} from '../../../src/complaint/spool/accusation.js';
import {attacker, sender, startMs, tools} from '../support.js';

const read = (name: string): object =>
  JSON.parse(readFileSync(`test/data/xarf/${name}.json`, 'utf8')) as object;
const ajv = new Ajv2020({strict: false, allErrors: true});
formats.default(ajv);
ajv.addSchema(read('xarf-core'));
const schemas = {
  reconnaissance: ajv.compile(read('connection-reconnaissance')),
  login_attack: ajv.compile(read('connection-login-attack')),
  spam: ajv.compile(read('messaging-spam')),
};

function problemsOf(report: Readonly<Record<string, unknown>>): unknown {
  const validate = schemas[report['type'] as keyof typeof schemas];
  return validate(JSON.parse(JSON.stringify(report))) ? [] : validate.errors;
}

const message: Accusation = {
  ...{kind: 'message', network: '192.0.2.0/24', client: '192.0.2.7', queueId: '3AXx'},
  ...{takenMs: startMs, found: {kind: 'scanner', name: 'Eicar-Test'}, header: 'Subject: x\n'},
};

describe('a report is what the schemas allow', () => {
  test('the schemas refuse what lacks a field', () => {
    expect(problemsOf({type: 'reconnaissance'})).not.toEqual([]);
  });

  test('guessing, whatever was counted', () => {
    const one = fc.record({
      address: fc.oneof(fc.ipV4(), fc.constant('2001:db8::7')),
      ...{unknownNames: fc.nat(999), wrongPasswords: fc.nat(999), blocks: fc.nat(99)},
      sourcePort: fc.option(fc.integer({min: 1, max: 65_535}), {nil: undefined}),
    });
    fc.assert(
      fc.property(fc.array(one, {minLength: 1, maxLength: 5}), (all) => {
        const attackers = all.map(({address, ...more}) =>
          attacker(address, {...more, names: [{pattern: 'a, 5 characters', hash: '0123'}]}),
        );
        const about = {kind: 'guessing', network: '192.0.2.0/24', attackers} as const;
        const reports = xarfReports(about, sender, tools);
        expect(reports.map(({source_identifier}) => source_identifier)).toEqual(
          attackers.map(({address}) => address),
        );
        for (const report of reports) expect(problemsOf(report)).toEqual([]);
      }),
    );
  });

  test('guessing of passwords is a login attack where the port is known', () => {
    const typeOf = (sourcePort: number | undefined): unknown => {
      const attackers = [attacker('192.0.2.7', {unknownNames: 0, wrongPasswords: 9, sourcePort})];
      return xarfReports({kind: 'guessing', network: 'x', attackers}, sender, tools)[0]?.['type'];
    };
    expect([typeOf(4711), typeOf(undefined)]).toEqual(['login_attack', 'reconnaissance']);
  });

  test('a message, where sender and port are known', () => {
    const known = {...message, smtpFrom: 'a@example.com', sourcePort: 4711} as const;
    const [report] = xarfReports(known, sender, tools);
    expect(report).toMatchObject({category: 'messaging', type: 'spam', source_port: 4711});
    expect(problemsOf(report!)).toEqual([]);
    expect(xarfReports(message, sender, tools)).toEqual([]);
  });

  test('of many addresses only so many', () => {
    const attackers = Array.from({length: 200}, (_, at) => attacker(`192.0.2.${at}`));
    const about = {kind: 'guessing', network: 'x', attackers} as const;
    expect(xarfReports(about, sender, tools)).toHaveLength(mostReports);
  });
});
