import { OAuthError } from '../errors.ts'

/** Which security schemes a request needs: one by its name, all of several, or the first usable of several. */
export type Requirement =
  | string
  | { readonly allOf: readonly Requirement[] }
  | { readonly anyOf: readonly Requirement[] }

/** All of them, on one request. Throws `INVALID_ARGUMENT` for none. */
export function allOf(...parts: readonly Requirement[]): Requirement {
  return { allOf: some(parts, 'allOf') }
}

/** The first that can be used, from left to right. Throws `INVALID_ARGUMENT` for none. */
export function anyOf(...parts: readonly Requirement[]): Requirement {
  return { anyOf: some(parts, 'anyOf') }
}

function some(parts: readonly Requirement[], name: string): readonly Requirement[] {
  if (parts.length > 0) return parts
  throw new OAuthError('INVALID_ARGUMENT', `${name} needs at least one security scheme; false stands for none.`)
}

/**
 * OpenAPI's `security`: a list of alternatives, each an object of schemes that go together. An empty list is `false`; an
 * empty object among the alternatives means that the request may also go without any. `undefined` stays `undefined`.
 *
 * @see https://spec.openapis.org/oas/v3.1.1.html#security-requirement-object
 */
export function openapiSecurity(
  security: readonly Readonly<Record<string, readonly string[]>>[] | undefined,
): Requirement | false | undefined {
  if (security === undefined) return undefined
  const alternatives = security.map((together) => Object.keys(together)).map(oneOrAll)
  const [only] = alternatives
  if (only === undefined) return false
  return alternatives.length === 1 ? only : { anyOf: alternatives }
}

function oneOrAll(names: readonly string[]): Requirement {
  const [only] = names
  return only !== undefined && names.length === 1 ? only : { allOf: names }
}

/** The names in it, each once. */
export function schemeNames(requirement: Requirement): string[] {
  if (typeof requirement === 'string') return [requirement]
  const parts = 'allOf' in requirement ? requirement.allOf : requirement.anyOf
  return [...new Set(parts.flatMap(schemeNames))]
}
