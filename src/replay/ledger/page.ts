/**
 * What is kept of one client: what it asked for and delivered, once, and a page for each policy that blocked it or
 * its network. Counts; judges nothing.
 */
import {addInSlice} from './slices.js';
import type {Address} from '../../net/address.js';
import {contains, type Network} from '../../net/network.js';

export interface Client {
  /** Unknown names that it asked for, whether or not a block would have stood. A count. */
  asked: number;
  /** Messages that arrived; of a blocked network those of clients in it are on its pages only. A count. */
  good: number;
  /** The same two by slice: slice, asked, good, and so on; undefined: slices are not told apart. */
  slices: number[] | undefined;
  /** By the number of the policy; undefined: it was never blocked. */
  under: (Page | undefined)[] | undefined;
}

const nobody: readonly Network[] = [];

/** Of one client that one policy blocked, or whose network. */
export class Page {
  /** Of its own. A count. */
  blocks = 0;
  /** Null: only its network was blocked. Ms since the epoch. */
  firstMs: number | null = null;
  untilMs = 0;
  /** Unknown names that it asked for while a block would have stood, of its own or of its network. A count. */
  paid = 0;
  /** Good messages. Counts. */
  before = 0;
  during = 0;
  after = 0;
  /** By slice of the log: paid, good mail during a block, blocks that began. */
  slices: number[] | undefined = undefined;
  /** The slice of the first good mail; undefined: none arrived since the first block. */
  goodSince: number | undefined;
  /** Who passes through the latest block. */
  except = nobody;

  /** @param from whose mail it is: of a network a client inside of it, which may pass */
  delivered(from: Address, atMs: number, slice: number): void {
    const {except} = this;
    if (except.length > 0 && except.some((hole) => contains(hole, from))) return;
    this.goodSince ??= slice;
    if (this.firstMs === null || atMs < this.firstMs) this.before += 1;
    else if (atMs >= this.untilMs) this.after += 1;
    else {
      this.during += 1;
      this.slices = addInSlice(this.slices, slice, 2);
    }
  }
}

/** Whether this block of a network would have kept the client away. */
export const keepsAway = (page: Page, from: Address, atMs: number): boolean =>
  page.firstMs !== null &&
  atMs >= page.firstMs &&
  atMs < page.untilMs &&
  !page.except.some((hole) => contains(hole, from));
