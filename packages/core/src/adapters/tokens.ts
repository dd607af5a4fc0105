import type { TokenSource } from '../grant/token-source.ts'

/**
 * What adapters need of a token source. Without `id` and `sending`, as from a function of one's own, tokens that are
 * bound to a key are refused.
 */
export type Tokens = Pick<TokenSource, 'token'> & Partial<Pick<TokenSource, 'id' | 'sending'>>

/** A mutable set of headers, as `Headers` and the libraries' own classes are. */
export interface HeadersLike {
  set(name: string, value: string): unknown
}

/** Sets all of them. */
export function setHeaders(headers: HeadersLike, values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) headers.set(name, value)
}
