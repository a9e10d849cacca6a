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

/** A connection that acts by the clock, whatever it hears; agent-knock.mjs plays it. */
export type Knock = {
  readonly acts: readonly {
    /** since it is connected */
    readonly afterMs: number;
    readonly kind: 'say' | 'finish' | 'reset';
    /** of `say`: one character is a byte */
    readonly bytes?: string;
  }[];
  /** hang up when this has been heard */
  readonly until?: string;
};

export type Knocked = {
  connected: boolean;
  /** until it was connected */
  connectMs: number;
  /** all that was heard */
  text: string;
  /** how the other side ended it; `open`: it did not in time, or we did */
  end: 'finished' | 'reset' | 'open';
  /** from the connection to the first byte heard, and to the end */
  firstMs: number | null;
  endMs: number;
};
