/** A conversation of a client machine with the relay, as data; agent-dialog.mjs plays it. */

/** A string is a command. It is sent with CR LF, and the client waits for its answer. One character is a byte. */
export type Step =
  | string
  /** bytes as they are, and how many answers to wait for */
  | {readonly kind: 'bytes'; readonly bytes: string; readonly answers: number}
  | {readonly kind: 'pause'; readonly ms: number}
  /** STARTTLS, and TLS from there on */
  | {readonly kind: 'secure'};

export type Dialog = {
  readonly steps: readonly Step[];
  /** sent before the greeting */
  readonly early?: string;
  /** hang up at the first missing answer, because a blocked client would wait for each */
  readonly whenSilent?: 'hangUp';
};

export type Conversation = {
  connected: boolean;
  banner: string | null;
  /** each command, and the last line of its answer; null: none came */
  answers: {command: string; line: string | null}[];
};

/** A connection that acts by the clock, whatever the server sends; agent-knock.mjs plays it. */
export type Knock = {
  readonly acts: readonly {
    /** since the connection */
    readonly afterMs: number;
    readonly kind: 'say' | 'finish' | 'reset';
    /** for `say`; one character is a byte */
    readonly bytes?: string;
  }[];
  /** hang up when this text has come */
  readonly until?: string;
};

export type Knocked = {
  connected: boolean;
  /** until it was connected */
  connectMs: number;
  /** everything that came */
  text: string;
  /** how the other side ended it; `open`: it did not in time, or we did */
  end: 'finished' | 'reset' | 'open';
  /** from the connection to the first byte, and to the end */
  firstMs: number | null;
  endMs: number;
};
