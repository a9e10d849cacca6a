/** A bar that shows how far a long reading has come, where somebody looks: on a terminal only. */
import {printable} from '../../base/printable.js';

export interface Progress {
  /** Called often; shows something now and then. */
  readonly show: (input: {
    readonly name: string;
    readonly sizeBytes: number | undefined;
    readonly readBytes: () => number;
  }) => void;
  /** Takes the bar away. */
  readonly end: () => void;
}

export const noProgress: Progress = {show: () => undefined, end: () => undefined};

/** Of a file's name; with the rest it stays in one line of most terminals. Characters. */
const nameCharacters = 40;
/** Between two pictures. Ms. */
const frameMs = 100;
/** Of the bar. Characters. */
const width = 30;

/** @param write to the terminal; @param now in ms, from any beginning */
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
