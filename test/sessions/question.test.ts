/** When the machine is asked who is behind a line. */
import {describe, expect, test} from '@jest/globals';
import {sendmail} from '../../src/mail/sendmail/dialect.js';
import {parseSendmail} from '../../src/mail/sendmail/read-message.js';
import {questionAbout} from '../../src/sessions/question.js';
import {counts, from, mailer, queueId, recordOf, sent, startMs, unknown} from '../mail/samples.js';

type About = Parameters<typeof questionAbout>;

function ask(
  message: string,
  {
    attribution = 'any',
    needs = true,
    host = 'relay',
    writer,
  }: {
    attribution?: 'any' | 'verified';
    needs?: boolean;
    host?: string;
    writer?: About[0]['writer'];
  } = {},
): ReturnType<typeof questionAbout> {
  const record = recordOf(message, {host, writer});
  const event = parseSendmail(message);
  if (event === undefined) throw new Error(message);
  const settings = {dialect: sendmail, ownHost: 'relay', attribution} as const;
  return questionAbout(record, event, settings, () => needs);
}

describe('questionAbout()', () => {
  test('a refusal, when its client is wanted', () => {
    expect(ask(unknown('a'))).toMatchObject({pid: 152, numberedBy: 'log', queueId});
    expect(ask(unknown('a'), {needs: false})).toBeUndefined();
    expect(ask(unknown('a'), {host: 'elsewhere'})).toBeUndefined();
    expect(ask(unknown('a'), {host: ''})).toBeDefined();
  });

  test('a line that a system user wrote, in any case', () => {
    const writer = {...mailer, uid: 33};
    expect(ask(unknown('a'), {needs: false, writer})).toMatchObject({numberedBy: 'host'});
  });

  test('mail that was taken, only where root wrote the line with an unknown program', () => {
    const taken = from({counts: counts(1)});
    expect(ask(taken)).toBeUndefined();
    const verified = {attribution: 'verified'} as const;
    const root = {...mailer, executable: ''};
    expect(ask(taken, {...verified, writer: root})).toMatchObject({pid: 152, queueId});
    expect(ask(taken, {...verified, writer: root, needs: false})).toBeUndefined();
    expect(ask(taken, {...verified, writer: mailer})).toBeUndefined();
    expect(ask(taken, {...verified, writer: {...mailer, uid: 33}})).toBeUndefined();
    expect(ask(taken, verified)).toBeUndefined();
  });

  test('no mail without an accepted recipient, none of a local program, and no delivery', () => {
    const verified = {attribution: 'verified'} as const;
    expect(ask(from(), verified)).toBeUndefined();
    expect(ask(from({counts: counts(1), client: 'root@localhost'}), verified)).toBeUndefined();
    expect(ask(sent('<a@b>'), verified)).toBeUndefined();
  });

  test('no client that spoke too early and was named', () => {
    const tail = 'due to pre-greeting traffic after 0 seconds';
    expect(
      ask(`${queueId}: rejecting commands from [203.0.113.7] [203.0.113.7] ${tail}`),
    ).toBeUndefined();
  });

  test('a line of no envelope, at its own time', () => {
    const vrfy = '[203.0.113.7]: VRFY root';
    expect(ask(vrfy)).toEqual({pid: 152, numberedBy: 'log', envelopeMs: startMs});
  });
});
