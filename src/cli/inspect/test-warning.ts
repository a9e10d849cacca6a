/**
 * `blocksmtp test-warning`: sends one warning by each way that is configured, and reports how it went. It
 * does not open a window; `doctor` says whether there is a desktop.
 */
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output} from '../face/surroundings.js';
import type {Config} from '../../config/schema.js';
import {plainWays, type Said} from '../../outgoing/warn/live/ways.js';
import type {Delivered} from '../../outgoing/warn/delivered.js';

const said: Said = {
  title: 'a test of the warnings',
  lines: ['An administrator asked for this by blocksmtp test-warning. Nothing is wrong.'],
  json: JSON.stringify({kind: 'test', text: 'blocksmtp test-warning'}),
};

/** The mailer's port on this machine. */
const mailPort = 25;

export async function testWarning(
  form: 'text' | 'json',
  config: Config,
  output: Output,
): Promise<ExitCode> {
  const ways = plainWays<undefined>(
    config,
    () => said,
    () => -1,
    mailPort,
  );
  const done = await Promise.all(
    ways.map(async ({name, timeoutMs, deliver}) => {
      const result: Delivered = await deliver(undefined, AbortSignal.timeout(timeoutMs)).catch(
        (error: unknown) => ({kind: 'failed', why: (error as Error).message}),
      );
      return {way: name, ...result};
    }),
  );
  if (form === 'json') output.print(`${JSON.stringify(done, null, 2)}\n`);
  else output.print(done.map(lineOf).join('') || noWay);
  const isGood = done.length > 0 && done.every(({kind}) => kind === 'done');
  return isGood ? exitCode.ok : exitCode.no;
}

const lineOf = (result: Delivered & {readonly way: string}): string =>
  result.kind === 'done' ? `${result.way}: sent\n` : `${result.way}: NOT sent: ${result.why}\n`;

const noWay = 'no way is set: see warn_mail, warn_command and warn_webhook\n';
