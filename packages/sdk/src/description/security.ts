import type { SchemeDescription, SecurityRequirements } from './api-description.ts'
import { isFields, type Place } from './document.ts'
import { invalidDocument, type Path } from './invalid-document.ts'

/** Hears of a scope that a requirement names and its scheme does not declare; what it throws is the end. */
export type OnUndeclaredScope = (scheme: string, scope: string, path: Path) => void

/** The requirements of the document or of an operation; undefined when it says nothing. */
export function describedSecurity(
  { fields, path }: Place,
  schemes: Readonly<Record<string, SchemeDescription>>,
  undeclared: OnUndeclaredScope,
): SecurityRequirements | undefined {
  const given = fields['security']
  if (given === undefined) return undefined
  const at = [...path, 'security']
  if (!Array.isArray(given)) throw invalidDocument(at, 'a list of requirements is expected.')
  return given.map((together: unknown, index) => {
    if (!isFields(together)) throw invalidDocument([...at, index], 'an object of scheme names is expected.')
    const entries = Object.entries(together).map(([name, scopes]): [string, string[]] => {
      const here = [...at, index, name]
      const scheme = Object.hasOwn(schemes, name) ? schemes[name] : undefined
      if (scheme === undefined) {
        const known = Object.keys(schemes).join(', ') || 'none'
        throw invalidDocument(here, `there is no security scheme "${name}"; there are: ${known}.`)
      }
      if (!Array.isArray(scopes)) throw invalidDocument(here, 'a list of scopes is expected.')
      const declared = declaredScopes(scheme)
      for (const [place, scope] of scopes.entries())
        if (declared !== undefined && !declared.has(scope)) undeclared(name, String(scope), [...here, place])
      return [name, scopes.map(String)]
    })
    return Object.fromEntries(entries)
  })
}

/** Undefined: the document does not say, as for OpenID Connect. */
function declaredScopes(scheme: SchemeDescription): ReadonlySet<unknown> | undefined {
  if (scheme.type !== 'oauth2') return undefined
  return new Set(Object.values(scheme.flows).flatMap((flow) => Object.keys(flow?.scopes ?? {})))
}
