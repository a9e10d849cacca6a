/** A progress bar for long readings, shown only on a terminal. */
import {printable} from '../../base/printable.js';

export interface Progress {
  /** May be called often; draws only now and then. */
  readonly show: (input: {
    readonly name: string;
    readonly sizeBytes: number | undefined;
    readonly readBytes: () => number;
  }) => void;
  /** Removes the bar. */
  readonly end: () => void;
}

export const noProgress: Progress = {show: () => undefined, end: () => undefined};

/**
 * The most of a file's name that is shown, so that the bar fits one line of most terminals.
 * Characters.
 */
const nameCharacters = 40;
/** The time between two drawings. Ms. */
const frameMs = 100;
/** The width of the bar. Characters. */
const width = 30;

/**
 * @param write to the terminal
 * @param now in ms, from any origin
 */
export function progressBar(write: (text: string) => void, now: () => number): Progress {
  let shownMs = now();
  let isShown = false;
  return {
    show: ({name, sizeBytes, readBytes}) => {
      if (now() - shownMs < frameMs) return;
      shownMs = now();
      isShown = true;
      write(`\r\x1b[K${picture(name, readBytes(), sizeBytes)}`);
    },
    end: () => {
      if (isShown) write('\r\x1b[K');
      isShown = false;
    },
  };
}

function picture(name: string, readBytes: number, sizeBytes: number | undefined): string {
  const shown = printable(name, nameCharacters);
  const megabytes = `${Math.round(readBytes / 1e6)} MB`;
  if (sizeBytes === undefined || sizeBytes === 0) return `${shown}  ${megabytes}`;
  const share = Math.min(1, readBytes / sizeBytes);
  const full = Math.round(share * width);
  return `${shown}  [${'#'.repeat(full)}${'.'.repeat(width - full)}] ${Math.floor(share * 100)} %  ${megabytes}`;
}
