/**
 * Posts JSON to an address of the administrator's. The address often holds a secret, so no message
 * quotes it; redirects are not followed, for they would carry the warning to another server.
 */
import {printable} from '../../base/printable.js';
import type {Delivered} from '../../outgoing/warn/delivered.js';

/** Longest reason that is quoted. Characters. */
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
    await response.body?.cancel(); // whatever it says
    return response.ok
      ? {kind: 'done'}
      : {kind: 'failed', why: `the answer was ${response.status}`};
  } catch (error) {
    return {kind: 'failed', why: printable(reasonOf(error), quotedCharacters)};
  }
}

/** `fetch failed` says nothing; its cause does. Messages of the URL's own are not quoted. */
function reasonOf(error: unknown): string {
  const {name, cause} = error as Error & {cause?: {code?: string; message?: string}};
  if (name === 'TimeoutError' || name === 'AbortError') return 'no answer in time';
  return cause?.code ?? cause?.message ?? 'the URL cannot be used';
}
