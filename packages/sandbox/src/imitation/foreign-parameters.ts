import { ProtocolError } from '../protocol-error.ts'

type Names = Readonly<Record<string, string | null>>

/** Refuses, in words that tell what the provider would have wanted. */
export function refuse(words: string, error = 'invalid_request'): never {
  throw new ProtocolError(error, words)
}

/**
 * The parameters under their standard names. A provider with names of its own knows no others: one that was sent under
 * its standard name, or that the provider does not take, is refused.
 */
export function standardNames(sent: URLSearchParams, names: Names = {}): URLSearchParams {
  const foreign = new Map(Object.entries(names).flatMap(([name, theirs]) => (theirs === null ? [] : [[theirs, name]])))
  const standard = new URLSearchParams()
  for (const [name, value] of sent) {
    if (Object.hasOwn(names, name) && names[name] !== name && !foreign.has(name))
      refuse(`There is no parameter ${name} here${names[name] === null ? '' : `; it is called ${names[name]}`}.`)
    standard.append(foreign.get(name) ?? name, value)
  }
  return standard
}

/** Refuses when one of the fixed parameters is missing or differs. */
export function requireParams(sent: URLSearchParams, fixed: Readonly<Record<string, string>> = {}): void {
  for (const [name, value] of Object.entries(fixed))
    if (value !== '' && sent.get(name) !== value) refuse(`The parameter ${name} must be ${value}.`)
}

/** Refuses when a value is missing or does not match its regular expression. */
export function requireMatch(
  what: string,
  get: (name: string) => string | null | undefined,
  patterns: Readonly<Record<string, string>> = {},
): void {
  for (const [name, pattern] of Object.entries(patterns))
    if (!new RegExp(`^(?:${pattern})$`).test(get(name) ?? ''))
      refuse(`The ${what} ${name} is missing or not as wanted.`)
}

/** The scope with spaces in it; refused when it is separated otherwise than this provider separates it. */
export function standardScope(sent: string, separator = ' '): string {
  if (separator !== ' ' && sent.includes(' ')) refuse(`Scopes are separated by "${separator}" here.`, 'invalid_scope')
  return sent.split(separator).join(' ')
}
