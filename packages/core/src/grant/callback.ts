import { OAuthError } from '../errors.ts'

/**
 * The parameters of an authorization response: from a whole URL (query or fragment), a bare query, a form body, or
 * what a person pasted, with white space and quotes around it. Values are decoded once. Any length is accepted.
 * `carriers`: the parameters that a success brings. `names`: the RFC's names to those that the provider uses instead.
 *
 * Throws `CALLBACK_INVALID` when there is neither a code nor an error in it, or a parameter stands there twice.
 */
export function callbackParameters(
  callback: string | URL | URLSearchParams,
  carriers: readonly string[] = ['code'],
  names: Readonly<Record<string, string>> = {},
): URLSearchParams {
  const given = (name: string): string => (Object.hasOwn(names, name) ? (names[name] ?? name) : name)
  const answers = [...carriers, 'error'].map(given)
  const parameters = callback instanceof URLSearchParams ? new URLSearchParams(callback) : parse(callback, answers)
  for (const name of [...answers, given('state'), 'iss']) {
    if (parameters.getAll(name).length > 1) {
      throw new OAuthError(
        'CALLBACK_INVALID',
        `The callback has the parameter "${name}" more than once (RFC 6749 §3.1).`,
      )
    }
  }
  if (!answers.some((name) => parameters.get(name))) {
    const message = `The callback has neither a ${carriers.join(' or ')} nor an error in it. It should be the whole address after consent.`
    throw new OAuthError('CALLBACK_INVALID', message)
  }
  for (const [name, arrived] of Object.entries(names)) {
    const value = parameters.get(arrived)
    if (value !== null && arrived !== name) parameters.set(name, value)
  }
  return parameters
}

function parse(callback: string | URL, answers: readonly string[]): URLSearchParams {
  const given = String(callback)
    .trim()
    .replace(/^["'<]|["'>]$/g, '')
  if (!URL.canParse(given)) return new URLSearchParams(given.replace(/^[^?]*\?/, '').replace(/^[?#]/, ''))
  const url = new URL(given)
  // A fragment carries the answer of `response_mode=fragment`; providers append harmless ones too.
  if (url.hash === '') return url.searchParams
  const fragment = new URLSearchParams(url.hash.slice(1))
  return answers.some((name) => fragment.has(name)) ? fragment : url.searchParams
}
