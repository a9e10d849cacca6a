/**
 * Delivers a report: to the terminal as text or JSON, into a file as a page, or by mail. Used by `report` and
 * `replay`. The content is decided elsewhere.
 */
import {type ExitCode, exitCode} from '../face/exit.js';
import type {Output} from '../face/surroundings.js';
import {jsonWithTimes} from '../../base/time-text.js';
import {plainWays} from '../../outgoing/warn/live/ways.js';
import type {Overview} from '../../overview/overview.js';
import {digestText, overviewText} from '../../overview/text.js';
import {whyNotWritten, writeTextFile} from '../../sys/disk/text-file.js';

export interface ReportWish {
  readonly form: 'text' | 'json';
  /** A path, or `-` for standard output; undefined: no page. */
  readonly html?: string | undefined;
  /** An address; undefined: no mail. */
  readonly mail?: string | undefined;
}

/** The page names clients and users, so only its owner may read it. */
const pageMode = 0o600;

/**
 * Checks before a log is read, which may take minutes. @returns why the page cannot be written; undefined: it
 * can
 */
export const whyNoPage = (path: string): string | undefined =>
  path === '-' ? undefined : whyNotWritten(path);

/** @returns why the page could not be written; undefined: it was */
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

/** @returns why it was not sent; undefined: the mailer has accepted it */
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
