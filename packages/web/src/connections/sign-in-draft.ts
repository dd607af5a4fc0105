import type { SignInRules } from '../api/types.ts'

/** Who may sign in with a connection, as a form has it. */
export interface SignInDraft {
  on: boolean
  provision: boolean
  /** As typed: separated by spaces, commas or lines. */
  domains: string
  connect: boolean
  trust_email: boolean
}

export const emptySignIn: SignInDraft = { on: false, provision: false, domains: '', connect: false, trust_email: false }

export function signInDraftOf(rules: SignInRules | undefined): SignInDraft {
  return rules ? { ...rules, on: true, domains: rules.domains.join(', ') } : emptySignIn
}

/** What is sent: null when nobody signs in with it. Domains stay stored while they do not count. */
export function signInRulesOf({ on, domains, ...rules }: SignInDraft): SignInRules | null {
  return on ? { ...rules, domains: domainList(domains) } : null
}

/** People also paste `@example.com`; the sign is no part of a domain. */
export function domainList(typed: string): string[] {
  const each = typed.toLowerCase().split(/[\s,;]+/)
  return [...new Set(each.map((one) => one.replace(/^@/, '')).filter(Boolean))]
}

export function areDomains(list: readonly string[]): boolean {
  return list.every((one) => one.length <= 253 && /^[^\s@.]+(\.[^\s@.]+)+$/.test(one))
}
