/**
 * Sendmail 8.12 to 8.18, as one value: the rest of the program uses nothing else of this folder.
 */
import {Frames} from '../../log/frames.js';
import {scanWasm} from '../../scan/scan-wasm.js';
import type {Dialect} from '../dialect.js';
import {Fragments, mayBePiece} from './fragments.js';
import {isListenerTitle, parseProcessTitle} from './process-title.js';
import {authorshipOf, isSendmailPath} from './program.js';
import {queueIdClock, readQueueId} from './queue-id.js';
import {parseSendmail, likeness} from './read-message.js';
import {readTransit} from './read-transit.js';

export const sendmail: Dialect = {
  names: [
    'sm-mta',
    'sendmail',
    'sm-msp-queue',
    'sm-msp',
    'sm-que',
    'sm-queue',
    'sm-mta-rx',
    'sm-cm',
  ],
  looksLike: likeness,
  frames: () => new Frames(queueIdClock),
  scan: {kind: 'module', bytes: scanWasm},
  pieces: {mayBePiece, join: (open) => new Fragments(open)},
  read: ({message}) => parseSendmail(message),
  readTransit: ({message}, event) => readTransit(message, event),
  authorshipOf,
  isProgram: isSendmailPath,
  processes: {
    kind: 'onePerClient',
    // Later lines about the envelope are written by another process.
    envelopeBegan: ({pid, atMs}, queueId) => {
      const facts = readQueueId(queueId, atMs);
      return facts?.pid === pid ? facts.atMs : undefined;
    },
    readTitle: parseProcessTitle,
    isListenerTitle,
  },
};
