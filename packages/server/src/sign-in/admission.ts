import type { SignInRules } from '../contract/index.ts'

/** Who came back from a provider. `email`: only when the provider says that it was verified, or is trusted to. */
export interface Visitor {
  readonly iss: string
  readonly sub: string
  readonly name: string | undefined
  readonly email: string | undefined
}

/** Who is known here already, by that provider's word and by the address. */
export interface KnownUsers {
  readonly byIdentity: string | undefined
  readonly byEmail: string | undefined
}

/** Whom a visitor is let in as. `bind`: an invited user whom the provider's word is tied to from now on. */
export type Admission =
  | { readonly as: 'known' | 'bind'; readonly user: string }
  | { readonly as: 'new'; readonly email: string }
  | { readonly as: 'refused'; readonly reason: 'no_verified_email' | 'not_invited' | 'other_domain' }

/**
 * Decides whether somebody who signed in at a provider may come in. A provider's own word for a person (issuer and
 * subject) counts first: addresses are given to other people later. An address counts only when it was verified
 * (OpenID Connect Core §5.7), and only to find somebody who was invited by it or whose domain may come.
 */
export function admission(visitor: Visitor, known: KnownUsers, rules: SignInRules): Admission {
  if (known.byIdentity !== undefined) return { as: 'known', user: known.byIdentity }
  const { email } = visitor
  if (email === undefined) return { as: 'refused', reason: 'no_verified_email' }
  if (known.byEmail !== undefined) return { as: 'bind', user: known.byEmail }
  if (!rules.provision) return { as: 'refused', reason: 'not_invited' }
  const domain = email.slice(email.lastIndexOf('@') + 1)
  const allowed = rules.domains.some((one) => one.toLowerCase() === domain)
  return allowed ? { as: 'new', email } : { as: 'refused', reason: 'other_domain' }
}
