/** A conversation of a client machine with the relay, as data; agent-dialog.mjs plays it. */

/** A string is a command, sent with CR LF, and its answer is waited for. One character is a byte. */
export type Step =
  | string
  /** bytes as they are, and how many answers to wait for */
  | {readonly kind: 'bytes'; readonly bytes: string; readonly answers: number}
  | {readonly kind: 'pause'; readonly ms: number}
  /** STARTTLS, and TLS from there on */
  | {readonly kind: 'secure'};

export type Dialog = {
  readonly steps: readonly Step[];
  /** said before the greeting */
  readonly early?: string;
  /** hang up where no answer comes: a client that was blocked would wait for each */
  readonly whenSilent?: 'hangUp';
};

export type Conversation = {
  connected: boolean;
  banner: string | null;
  /** the last line of each answer, null where none came, and what it was an answer to */
  answers: {command: string; line: string | null}[];
};
