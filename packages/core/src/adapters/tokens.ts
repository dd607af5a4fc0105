import type { TokenSource } from '../grant/token-source.ts'

/** What adapters need of a token source. */
export type Tokens = Pick<TokenSource, 'token'>

/** A mutable set of headers, as `Headers` and the libraries' own classes are. */
export interface HeadersLike {
  set(name: string, value: string): unknown
}
