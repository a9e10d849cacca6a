import {describe, expect, test} from '@jest/globals';
import {headerOf, receivedOf, whoseKey} from '../../src/queue/message.js';
import {message, ofClient, ofLocal, relayed, withLogin} from './samples.js';

describe('the sender of a message', () => {
  test('a login counts before all', () => {
    const {whose} = message(withLogin, {bodyOwner: 1000});
    expect(whose).toEqual({kind: 'auth', name: 'anna@relay.example.net', proof: 'mailer'});
  });

  test('in the queue of the submission the owner of the body is its sender', () => {
    const {whose} = message(ofLocal, {queue: 'submission', bodyOwner: 1000});
    expect(whose).toEqual({kind: 'uid', uid: 1000, user: 'alice', proof: 'kernel'});
  });

  test('a local program that handed it in is named by the mailer', () => {
    expect(message(ofLocal).whose).toMatchObject({uid: 1002, user: 'carol', proof: 'mailer'});
  });

  test('a message that our own submission relayed has its user, on the word of a header', () => {
    expect(message(relayed).whose).toMatchObject({uid: 1000, user: 'alice', proof: 'header'});
  });

  test('a program that writes through a socket is named by the warning alone', () => {
    const socket = relayed.replace(
      '(from alice@localhost)',
      'from localhost (localhost [[UNIX: localhost]])',
    );
    expect(message(socket).whose).toMatchObject({kind: 'host', address: '127.0.0.1'});
    const warning = (host: string) =>
      socket.replace(
        'H??From',
        `H??X-Authentication-Warning: ${host}: carol set sender to x using -f\nH??From`,
      );
    expect(message(warning('relay.example.net')).whose).toMatchObject({uid: 1002, proof: 'header'});
    expect(message(warning('mx.example.org')).whose).toMatchObject({kind: 'host'});
  });

  test('a client that writes the same header is a host all the same', () => {
    const {whose} = message(ofClient);
    expect(whose).toEqual({kind: 'host', address: '192.0.2.66', proof: 'mailer'});
  });

  test.each([
    [
      'another host wrote the second line',
      [
        'by relay.example.net (8.18.1/8.18.1/Submit)',
        'by other.example.net (8.18.1/8.18.1/Submit)',
      ],
    ],
    ['no version of a submission', ['8.18.1/Submit', '8.18.1/Debian']],
    ['a name with a host', ['(from alice@localhost)', '(from alice@192.0.2.1)']],
  ])('%s: then it is this machine, and no user', (_, [one = '', other = '']) => {
    expect(message(relayed.replace(one, other)).whose).toMatchObject({
      kind: 'host',
      address: '127.0.0.1',
    });
  });

  test('without a peer nobody is named', () => {
    expect(message('V8\nT1\nSa\nRPFD:b\n.\n').whose).toEqual({kind: 'unknown'});
  });

  test('AUTH= counts of a client that had logged in, where sendmail trusts it', () => {
    const told = (text: string, auth: string) =>
      message(text.replace('\nS', `\nA${auth}\nS`)).whose;
    const loggedIn = ofClient.replace(
      'from relay.example.net (localhost [127.0.0.1])',
      'from x (mail.example.org [192.0.2.66]) (authenticated bits=0)',
    );
    expect(told(loggedIn, 'anna')).toMatchObject({kind: 'auth', name: 'anna'});
    expect(told(loggedIn, '<>')).toMatchObject({kind: 'host'});
    expect(told(ofClient, 'anna')).toMatchObject({kind: 'host'});
    expect(told(ofLocal, 'anna')).toMatchObject({user: 'carol'});
  });

  test('the key is the number, or the name where there is none', () => {
    expect(whoseKey(message(relayed).whose)).toBe('uid:1000');
    expect(whoseKey(message(ofLocal.replace('carol', 'gone')).whose)).toBe('uid:gone');
    expect(whoseKey(message(ofClient).whose)).toBe('host:192.0.2.66');
  });
});

test('headers are found by name, as one line', () => {
  expect(headerOf(message(relayed).control, 'subject')).toBe('cheap meds');
  expect(receivedOf(message(relayed).control)).toHaveLength(3);
});
