import type { DeviationMaker } from '@evergrant/core'
import { textOf, textsOf } from './settings.ts'
import { sideRequest } from './side-request.ts'

/**
 * APIs take no access token but a session that a second call gives for it, after every token answer. Settings:
 * `endpoint`, asked by GET; `token_parameter`, the access token's name in its query (default `access_token`); `gives`,
 * names in the access token's `raw`, which is kept as secret as the token, to names in the answer.
 */
export const sessionLogin: DeviationMaker = (settings) => {
  const name = 'session-login'
  const endpoint = textOf(name, settings, 'endpoint')
  const parameter = textOf(name, settings, 'token_parameter', 'access_token')
  const gives = textsOf(name, settings, 'gives')
  return {
    async answered(answer, client) {
      const address = new URL(endpoint)
      address.searchParams.set(parameter, answer.access_token)
      const headers = { accept: 'application/json' }
      const fields = await sideRequest(client, address.href, { headers }, [answer.access_token])
      const given = Object.entries(gives).map(([kept, field]) => [kept, fields[field]] as const)
      return {
        ...answer,
        raw: { ...answer.raw, ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) },
      }
    },
  }
}
