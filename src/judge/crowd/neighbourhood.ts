/** What a client's neighbours say of it. How it is learnt is for `networks.ts`. */
export type Neighbourhood =
  | 'ordinary'
  /** Thick with strangers who guess: a first unknown name from a stranger convicts it. */
  | 'hot';
