/** What clamd answers, which names accuse, and what moved messages are called. */
import {describe, expect, test} from '@jest/globals';
import {readScanAnswer} from '../../../src/complaint/scan/clamd-answer.js';
import {
  deliveredSeconds,
  isMessageName,
  movedName,
} from '../../../src/complaint/scan/maildir-name.js';
import {isSweepLine, mostFound} from '../../../src/complaint/scan/sweep-lines.js';
import {mayAccuse} from '../../../src/complaint/scan/virus-names.js';

describe('an answer of clamd', () => {
  test.each([
    ['stream: OK\0', {kind: 'clean'}],
    ['stream: Win.Test.EICAR_HDB-1 FOUND\0', {kind: 'found', name: 'Win.Test.EICAR_HDB-1'}],
    [
      'stream: E.UNOFFICIAL(44d88612fea8a8f36de82e1278abb02f:68) FOUND\0',
      {kind: 'found', name: 'E.UNOFFICIAL'},
    ],
    ['stream: a\x1bb FOUND\0', {kind: 'found', name: 'a?b'}],
    [
      'INSTREAM size limit exceeded. ERROR\0',
      {kind: 'unscanned', why: 'clamd says: INSTREAM size limit exceeded. ERROR'},
    ],
    ['', {kind: 'unscanned', why: 'clamd gave no verdict'}],
    ['stream: OK', {kind: 'unscanned', why: 'clamd says: stream: OK'}],
    ['stream: Win.Tes', {kind: 'unscanned', why: 'clamd says: stream: Win.Tes'}],
  ])('%j', (answer, verdict) => expect(readScanAnswer(answer)).toEqual(verdict));
});

describe('a name accuses', () => {
  test.each([
    ['Win.Trojan.Agent-1', ['Win.Trojan.*'], true],
    ['Win.Trojan.Agent-1', [], false],
    ['Win.Trojan.Agent-1', ['Trojan'], false],
    ['Eicar-Test-Signature', ['eicar-test-signature'], true],
    ['Heuristics.Phishing.X', ['*'], false],
    ['Heuristics.Phishing.X', ['Heuristics.Phishing.*'], true],
    ['Foo.UNOFFICIAL', ['Foo*'], false],
    ['Foo.UNOFFICIAL', ['*.UNOFFICIAL'], true],
    ['Heuristics.A.UNOFFICIAL', ['*.UNOFFICIAL'], false],
  ])('%s by %j: %s', (name, patterns, may) => expect(mayAccuse(name, patterns)).toBe(may));
});

describe('a moved message', () => {
  test.each([
    ['1795965523.M1P2.relay', '1795965523.M1P2.relay:2,P'],
    ['1795965523.M1P2.relay:2,S', '1795965523.M1P2.relay:2,PS'],
    ['1795965523.M1P2.relay:2,FPSa', '1795965523.M1P2.relay:2,FPSa'],
    ['1795965523.M1P2.relay:1,x', '1795965523.M1P2.relay:1,x'],
    ['a'.repeat(253), 'a'.repeat(253)],
  ])('%s', (name, moved) => expect(movedName(name)).toBe(moved));

  test('names of messages, and when they came', () => {
    expect(['1.a', '.hidden', '', 'a/b', 'a\0b'].filter(isMessageName)).toEqual(['1.a']);
    expect(deliveredSeconds('1795965523.M1P2.relay:2,S')).toBe(1_795_965_523);
    expect(deliveredSeconds('mail.1795965523')).toBeUndefined();
  });
});

describe('a line of a sweep', () => {
  const found = {kind: 'found', number: 0, file: 'new/1', name: 'X', header: 'A: b'};
  test.each([
    ['found', found, true],
    ['a number beyond the bound', {...found, number: mostFound}, false],
    ['a header beyond the bound', {...found, header: 'x'.repeat(70_000)}, false],
    ['another kind', {kind: 'toString'}, false],
    ['nothing', undefined, false],
    ['counts that are none', {kind: 'scanned', counts: {seen: -1}}, false],
  ])('%s', (_, line, isOne) => expect(isSweepLine(line)).toBe(isOne));
});
