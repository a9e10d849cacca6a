/**
 * Turns a block with exceptions (`Block.except`) into plain networks: the pieces around the holes.
 * Remembers which blocks gave a piece, because another block may have the same network: the piece
 * stays until both blocks are gone, and until the later of their ends. Reports what changes for the
 * firewall (`intent.ts`), and costs nothing for a block without holes.
 *
 * An exception holds for one block only: a client with a block of its own stays blocked.
 */
import {mostHoles, subtract} from '../net/subtract.js';
import {type Network, parseNetwork} from '../net/network.js';
import type {Block} from './block.js';

/** Which rule should exist from now on, and until when; undefined: none. */
export type PieceChange = readonly [network: string, untilMs: number | undefined];

type Given = Pick<Block, 'network' | 'untilMs' | 'except'>;

interface Holed {
  /** The holes of the block, as text. */
  readonly except: string;
  readonly texts: readonly string[];
}

export class Pieces {
  /** Blocks with holes, by their network. */
  readonly #holed = new Map<string, Holed>();
  /** When each piece ends, by the network of the block that gave it. */
  readonly #ends = new Map<string, Map<string, number>>();
  /** When a network's rule ends. A network that is not a piece is itself a block. */
  readonly #untilMs: (network: string) => number | undefined;

  /** @param untilMs when the rule of a network ends, as last reported */
  constructor(untilMs: (network: string) => number | undefined) {
    this.#untilMs = untilMs;
  }

  set({network, untilMs, except = []}: Given): readonly PieceChange[] {
    if (except.length === 0 && !this.#isEntangled(network)) return [[network, untilMs]];
    const holed = this.#holed.get(network);
    const key = except.join(' ');
    const texts = holed?.except === key ? holed.texts : piecesOf(network, except);
    const changes = this.#change(network, texts, untilMs);
    if (texts.length === 1 && texts[0] === network) this.#holed.delete(network);
    else this.#holed.set(network, {except: key, texts});
    return changes;
  }

  delete(network: string): readonly PieceChange[] {
    if (!this.#isEntangled(network)) return [[network, undefined]];
    const changes = this.#change(network, [], 0);
    this.#holed.delete(network);
    return changes;
  }

  /** The networks of all blocks. @param rules those that stand as a rule */
  *blocks(rules: Iterable<string>): Generator<string> {
    for (const text of rules) if (this.#ends.get(text)?.has(text) !== false) yield text;
    yield* this.#holed.keys();
  }

  /** Whether there is more to it than one rule of this block. */
  #isEntangled(network: string): boolean {
    if (this.#holed.size === 0) return false;
    return this.#holed.has(network) || this.#ends.has(network);
  }

  /** From now on the block gives these pieces, and no others. */
  #change(network: string, texts: readonly string[], untilMs: number): readonly PieceChange[] {
    const before = this.#holed.get(network)?.texts ?? [network];
    const touched = new Set([...before, ...texts]);
    for (const text of touched) this.#endsOf(text).delete(network);
    for (const text of texts) this.#endsOf(text).set(network, untilMs);
    return [...touched].map((text): PieceChange => {
      const ends = this.#endsOf(text);
      // A rule that only its own block gives needs no entry here.
      if (ends.size === 0 || (ends.size === 1 && ends.has(text))) this.#ends.delete(text);
      return [text, ends.size === 0 ? undefined : Math.max(...ends.values())];
    });
  }

  #endsOf(text: string): Map<string, number> {
    const known = this.#ends.get(text);
    if (known !== undefined) return known;
    const untilMs = this.#untilMs(text);
    const ends = new Map(untilMs === undefined ? [] : [[text, untilMs]]);
    this.#ends.set(text, ends);
    return ends;
  }
}

/**
 * If there are more holes than the firewall can take, the block drops nothing: that lets good
 * clients pass.
 */
function piecesOf(network: string, except: readonly string[]): readonly string[] {
  if (except.length > mostHoles) return [];
  const rest = subtract(networkOf(network), except.map(networkOf)) ?? [];
  return rest.map(({text}) => text);
}

/** @throws Error if the text is not a network: the state is broken */
export function networkOf(text: string): Network {
  const network = parseNetwork(text);
  if (network === undefined) throw new Error(`a block holds ${text} as its network`);
  return network;
}
