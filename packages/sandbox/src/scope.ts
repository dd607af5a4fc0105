import { ProtocolError } from './protocol-error.ts'

// RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** The distinct scope tokens, in the order given. */
export function scopeTokens(scope: string | undefined): string[] {
  return [...new Set((scope ?? '').split(' ').filter((token) => token !== ''))]
}

/** The scope in its canonical spelling, or `invalid_scope` when it is malformed or goes beyond `allowed`. */
export function checkedScope(requested: string | undefined, allowed: string | undefined): string {
  const tokens = scopeTokens(requested)
  for (const token of tokens) {
    if (!scopeToken.test(token))
      throw new ProtocolError('invalid_scope', 'The scope contains a character that is not allowed.')
    if (allowed !== undefined && !scopeTokens(allowed).includes(token))
      throw new ProtocolError('invalid_scope', `The scope ${token} is beyond what may be asked for here.`)
  }
  return tokens.join(' ')
}

/** RFC 8707 §2: an absolute URI without a fragment, and among those granted when the grant names any. */
export function checkedResources(requested: readonly string[], granted: readonly string[] = []): string[] {
  for (const resource of requested) {
    if (!URL.canParse(resource) || resource.includes('#'))
      throw new ProtocolError('invalid_target', 'A resource must be an absolute URI without a fragment.')
    if (granted.length > 0 && !granted.includes(resource))
      throw new ProtocolError('invalid_target', `The resource ${resource} was not part of the grant.`)
  }
  return [...requested]
}
