import { type DeviationMaker, OAuthError } from '@evergrant/core'
import { textOf } from './settings.ts'
import { hmac, same } from './signature.ts'

/**
 * The callback carries a signature: HMAC-SHA-256 by the client secret, in hexadecimal, over its other parameters, sorted
 * by name and joined as `name=value&name=value` without encoding. Settings: `parameter`, the signature's name. A callback
 * without it, or with another one, ends with `CALLBACK_INVALID` before its code is used.
 */
export const signedCallback: DeviationMaker = (settings) => {
  const parameter = textOf('signed-callback', settings, 'parameter')
  return {
    async callback(parameters, { provider, authentication }) {
      const secret = authentication.secret?.reveal() ?? ''
      const rest = [...parameters].filter(([name]) => name !== parameter).sort(([a], [b]) => (a < b ? -1 : 1))
      const text = rest.map(([name, value]) => `${name}=${value}`).join('&')
      const given = parameters.getAll(parameter)
      // An empty secret would make a signature that everybody can make.
      if (secret !== '' && given.length === 1 && same(given[0] ?? '', await hmac(secret, text))) return
      const message = `The callback is not signed by ${provider.name}: its ${parameter} is missing or does not match.`
      throw new OAuthError('CALLBACK_INVALID', message, { provider: provider.id, outcome: 'not_sent' })
    },
  }
}
