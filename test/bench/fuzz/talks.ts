/**
 * What a hostile client says to a real sendmail: commands whose parameters are lies, in one write or one by one,
 * without a line's end, or binary. Each name that it asks for holds its mark. So the test knows which client wrote a
 * line of the log.
 */
import type {Random} from '../../support/random.js';
import type {Dialog, Step} from '../../system/lab/dialog.js';
import {messages} from './corpus.js';
import {mutated} from './mutate.js';
import {lie} from './sessions.js';

/** The parameter of a command: a lie, or mutated lines of a real log, as bytes without a line's end. */
function parameter(dice: Random): string {
  const pick = (): string => messages[dice.below(messages.length)]!;
  const text = dice.isOneIn(3) ? mutated(pick(), pick(), dice) : lie(dice);
  return text.replaceAll(/[\r\n]/g, ' ').slice(0, dice.isOneIn(20) ? 4000 : 300);
}

type Command = (text: string, mark: string) => string;

const commands: readonly (readonly [number, Command])[] = [
  [2, (text) => `HELO ${text}`],
  [2, (text) => `EHLO ${text}`],
  [2, (text) => `MAIL FROM:<"${text}"@example.org>`],
  [2, (text) => `MAIL FROM:${text}`],
  [2, () => 'MAIL FROM:<a@example.org>'],
  [2, () => 'RSET'],
  [6, (text, mark) => `RCPT TO:<"${mark}${text}"@example.net>`],
  [3, (text, mark) => `RCPT TO:<${mark}${text}@example.net>`],
  [2, (text, mark) => `RCPT TO:${mark}(${text})@example.net`],
  [2, (_, mark) => `RCPT TO:<${mark}@example.net>`],
  [2, (text, mark) => `VRFY ${mark}${text}`],
  [1, (text, mark) => `VRFY "${mark}${text}"`],
  [1, (text, mark) => `EXPN ${mark}${text}`],
  [1, (text) => `ETRN ${text}`],
  [
    1,
    (text) =>
      `AUTH PLAIN ${Buffer.from(`\0${text}\0x`, 'latin1').toString('base64').slice(0, 500)}`,
  ],
  [1, (text) => `AUTH ${text}`],
  [1, (text) => `WIZ ${text}`],
  [1, (text) => text],
  [1, (text) => `NOOP ${text}`],
];

/** @param mark letters and digits in each name */
export function hostileTalk(mark: string, dice: Random): Dialog {
  const said = Array.from({length: 4 + dice.below(12)}, (_, index) => {
    const [command] = dice.weighted(commands);
    return command(parameter(dice), `${mark}n${index}x`);
  });
  const early = dice.isOneIn(15) ? {early: `${parameter(dice)}\r\n`} : {};
  const opened = dice.isOneIn(6) ? said : ['EHLO x.example.org', 'MAIL FROM:<>', ...said];
  return {
    steps: dice.isOneIn(3) ? pipelined(opened, dice) : opened,
    whenSilent: 'hangUp',
    ...early,
  };
}

/** All commands in one write. The last may lack its line's end, or have binary bytes after it. */
function pipelined(said: readonly string[], dice: Random): Step[] {
  const end = dice.isOneIn(3) ? parameter(dice) : dice.isOneIn(2) ? '\0\xff\x16\x03\r\n' : '';
  const bytes = `${said.map((line) => `${line}\r\n`).join('')}${end}`;
  return [{kind: 'bytes', bytes, answers: said.length}];
}
