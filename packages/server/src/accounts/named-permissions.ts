/** A permission in words, and the scopes that it stands for as the provider spells them. */
export interface Permission {
  readonly title: string
  readonly scopes: readonly string[]
}

/**
 * Scopes as words: the provider's named features first, then the standard scopes, then what has no words. The page and what the server
 * shows after consent name permissions by it, so that a person reads the same of both.
 *
 * @param features what the provider's definition has names for, in the reader's language
 * @param words of standard scopes (OpenID Connect Core §5.4, §11), in the reader's language
 * @example
 * permissionsOf(['Mail.Read', 'openid'], [{ title: 'Read mail', scopes: ['Mail.Read'] }], { openid: 'Know who signs in' })
 * // [{ title: 'Read mail', scopes: ['Mail.Read'] }, { title: 'Know who signs in', scopes: ['openid'] }]
 */
export function permissionsOf(
  scopes: readonly string[],
  features: readonly Permission[],
  words: Readonly<Record<string, string>>,
): Permission[] {
  const asked = new Set(scopes)
  const whole = features.filter((feature) => feature.scopes.length > 0 && feature.scopes.every((one) => asked.has(one)))
  const named = new Set(whole.flatMap((feature) => feature.scopes))
  const rest = scopes.filter((scope) => !named.has(scope))
  return [
    ...whole.map(({ title, scopes }) => ({ title, scopes })),
    ...rest.map((scope) => ({ title: words[scope] ?? scope, scopes: [scope] })),
  ]
}
