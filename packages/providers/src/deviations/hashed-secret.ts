import type { DeviationMaker } from '@evergrant/core'
import { textOf } from './settings.ts'
import { sha256Hex } from './signature.ts'

/**
 * The client secret is not sent; instead goes the SHA-256, in hexadecimal, of the secret, `|`, and the code or refresh
 * token of the request. Settings: `parameter`, the hash's name (default `hash`).
 */
export const hashedSecret: DeviationMaker = (settings) => {
  const parameter = textOf('hashed-secret', settings, 'parameter', 'hash')
  return {
    async request(draft, { authentication }) {
      const parameters = new URLSearchParams(draft.parameters)
      const spent = parameters.get('code') ?? parameters.get('refresh_token') ?? ''
      parameters.delete('client_secret')
      parameters.set(parameter, await sha256Hex(`${authentication.secret?.reveal() ?? ''}|${spent}`))
      return { ...draft, parameters }
    },
  }
}
