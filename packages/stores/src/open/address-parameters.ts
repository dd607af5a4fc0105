import { edits, OAuthError } from '@evergrant/core'

/** What an address may say after its `?`. */
export interface KnownParameters {
  /** What kind of address it is, for the message: `A Redis address`. */
  readonly what: string
  readonly names: readonly string[]
  /** Whether names that are like none of these are somebody else's: a driver's, a hosting's. Default false. */
  readonly others?: boolean | undefined
  /** Default `INVALID_ARGUMENT`. */
  readonly code?: 'INVALID_ARGUMENT' | 'INVALID_SETTING' | undefined
}

/**
 * The parameters in the query of an address. Throws for one that it does not have, naming those it has: a misspelt one
 * would leave the default in its place, which may be another folder of keys or a connection without TLS.
 */
export function addressParameters(
  query: string | URLSearchParams,
  { what, names, others = false, code = 'INVALID_ARGUMENT' }: KnownParameters,
): Readonly<Record<string, string>> {
  const given = [...new URLSearchParams(query)]
  for (const [name] of given) {
    if (names.includes(name)) continue
    const [near] = names
      .map((known) => ({ known, distance: edits(name.toLowerCase(), known.toLowerCase()) }))
      .filter(({ distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
      .sort((a, b) => a.distance - b.distance)
    if (near === undefined && others) continue
    const meant = near === undefined ? '' : ` Did you mean ${near.known}?`
    // Only a name that looks like one is repeated: what stands there may be a part of a password.
    const shown = /^[\w-]{1,40}$/.test(name) ? ` ${name}` : ' of that name'
    throw new OAuthError(code, `${what} has no parameter${shown}; there are: ${names.join(', ')}.${meant}`)
  }
  const twice = given.find(([name], at) => given.findIndex(([other]) => other === name) !== at)
  if (twice !== undefined) throw new OAuthError(code, `${what} has the parameter ${twice[0]} twice.`)
  return Object.fromEntries(given)
}
