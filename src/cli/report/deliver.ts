/**
 * Where a report goes: to the terminal as text or JSON, into a file as a page, to somebody by mail. The same for
 * `report` and for a replay. Decides nothing about what is in it.
 */
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output} from '../face/surroundings.js';
import {jsonWithTimes} from '../../base/time-text.js';
import {plainWays} from '../../outgoing/warn/live/ways.js';
import type {Overview} from '../../overview/overview.js';
import {digestText, overviewText} from '../../overview/text.js';
import {writeTextFile} from '../../sys/disk/text-file.js';

export interface ReportWish {
  readonly form: 'text' | 'json';
  /** A path, or `-` for standard output; undefined: no page is wanted. */
  readonly html?: string | undefined;
  /** An address; undefined: nothing is mailed. */
  readonly mail?: string | undefined;
}

/** The page names clients and users: only who asked for it reads it. */
const pageMode = 0o600;

/** @returns why the page could not be written; undefined: it is there */
export function writePage(
  path: string,
  html: string,
  {print}: Pick<Output, 'print'>,
): string | undefined {
  if (path === '-') {
    print(html);
    return undefined;
  }
  try {
    writeTextFile(path, html, pageMode);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The mailer's port on this machine. */
const standardMailPort = 25;

/** @param mailPort for tests */
export async function deliver(
  overview: Overview,
  {form, html, mail}: ReportWish,
  page: (overview: Overview) => string,
  output: Output,
  mailPort = standardMailPort,
): Promise<ExitCode> {
  const failures: string[] = [];
  if (form === 'json') output.print(`${jsonWithTimes(overview, 2)}\n`);
  else if (html === undefined && mail === undefined) output.print(overviewText(overview));
  if (html !== undefined) {
    const why = writePage(html, page(overview), output);
    if (why !== undefined) failures.push(`page not written: ${why}`);
    else if (html !== '-' && form === 'text') output.print(`page written: ${html}\n`);
  }
  if (mail !== undefined) {
    const why = await mailed(overview, mail, mailPort);
    if (why !== undefined) failures.push(`not mailed: ${why}`);
    else if (html !== '-' && form === 'text') output.print(`mailed to ${mail}\n`);
  }
  for (const failure of failures) output.complain(failure);
  return failures.length === 0 ? exitCode.ok : exitCode.unavailable;
}

/** @returns why it did not go; undefined: the mailer has it */
async function mailed(overview: Overview, to: string, port: number): Promise<string | undefined> {
  const settings = {warnMail: to, warnCommand: '', warnWebhook: ''};
  const {title} = digestText(overview);
  const said = {title, lines: overviewText(overview).trimEnd().split('\n'), json: ''};
  const [way] = plainWays<undefined>(
    settings,
    () => said,
    () => -1,
    port,
  );
  if (way === undefined) return 'no address';
  const result = await way.deliver(undefined, AbortSignal.timeout(way.timeoutMs));
  return result.kind === 'done' ? undefined : result.why;
}
