/**
 * Posts JSON to a URL of the administrator. The URL often contains a secret, so no message
 * quotes it. Redirects are not followed, because they would send the warning to another server.
 */
import {printable} from '../../base/printable.js';
import type {Delivered} from '../../outgoing/warn/delivered.js';

/** Length of a quoted reason. Characters. */
const quotedCharacters = 200;

/** Never fails. */
export async function postJson(url: string, json: string, stop: AbortSignal): Promise<Delivered> {
  if (!URL.canParse(url)) return {kind: 'failed', why: 'that is no URL'};
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body: json,
      redirect: 'manual',
      signal: stop,
    });
    await response.body?.cancel(); // the text of the answer does not matter
    return response.ok
      ? {kind: 'done'}
      : {kind: 'failed', why: `the answer was ${response.status}`};
  } catch (error) {
    return {kind: 'failed', why: printable(reasonOf(error), quotedCharacters)};
  }
}

/** The message `fetch failed` is useless, so its cause is the reason. No message that may contain the URL is quoted. */
function reasonOf(error: unknown): string {
  const {name, cause} = error as Error & {cause?: {code?: string; message?: string}};
  if (name === 'TimeoutError' || name === 'AbortError') return 'no answer in time';
  return cause?.code ?? cause?.message ?? 'the URL cannot be used';
}
