import type { ParameterNames } from '../provider/request-rules.ts'

const NONE: ParameterNames = {}

/**
 * The parameters under the names that a provider wants, without those that it does not. One without a value is left
 * out: RFC 6749 §3.1 treats both alike, and not every server does.
 */
export function renamed(parameters: URLSearchParams, names: ParameterNames = NONE): URLSearchParams {
  if (names === NONE && !hasEmpty(parameters)) return parameters
  const sent = new URLSearchParams()
  for (const [name, value] of parameters) {
    const wanted = Object.hasOwn(names, name) ? names[name] : name
    if (wanted != null && value !== '') sent.append(wanted, value)
  }
  return sent
}

function hasEmpty(parameters: URLSearchParams): boolean {
  for (const value of parameters.values()) if (value === '') return true
  return false
}

/** The text with run-time values in its braces; others stay. `encode`: how a value is written there. */
export function filledIn(
  template: string,
  values: Readonly<Record<string, unknown>>,
  encode: (value: string) => string = (value) => value,
): string {
  if (!template.includes('{')) return template
  return template.replace(/\{([\w.-]+)\}/g, (whole, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    return typeof value === 'string' || typeof value === 'number' ? encode(String(value)) : whole
  })
}
