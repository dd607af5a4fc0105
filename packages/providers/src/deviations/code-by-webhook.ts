import {
  type Client,
  type ConsentTarget,
  type DeviationMaker,
  type Grant,
  OAuthError,
  redeemDeliveredCode,
  valueAt,
} from '@evergrant/core'
import { textOf, textsOf } from './settings.ts'
import { hmac, same } from './signature.ts'

const NAME = 'code-by-webhook'

/**
 * The code does not come by the browser: the provider posts it, signed, to an address of the program. Nothing changes in
 * the requests; {@link receiveCode} takes the delivery. Settings: `signature_header`, whose value is the HMAC-SHA-256 of
 * the body by the client secret, in hexadecimal; `code`, the code's place in the JSON; `metadata`, names in the grant's
 * metadata to places in the JSON.
 */
export const codeByWebhook: DeviationMaker = (settings) => {
  textOf(NAME, settings, 'signature_header')
  textOf(NAME, settings, 'code')
  textsOf(NAME, settings, 'metadata')
  return {}
}

/** The grant that a delivery is for, and where it is written. */
export interface Delivery extends ConsentTarget {
  /** Id of the grant; a function of what the delivery says for programs with many. */
  readonly grant: string | ((metadata: Readonly<Record<string, unknown>>) => string)
  readonly scope?: string | undefined
}

/**
 * Takes a code that a provider delivers by webhook: verifies the signature of the body, redeems the code and writes the
 * grant. `request`: as it came, its body unread; at most 64 KiB of it are taken.
 *
 * Throws `CALLBACK_INVALID` for a delivery that is not signed by the client secret or has no code in it, `NOT_SUPPORTED`
 * for a provider that does not deliver codes so, and what `redeemDeliveredCode` throws.
 */
export async function receiveCode(client: Client, request: Request, { grant, ...target }: Delivery): Promise<Grant> {
  const { provider, authentication } = client
  const about = { provider: provider.id, outcome: 'not_sent' } as const
  const settings = provider.deviations?.[NAME]
  if (settings === undefined)
    throw new OAuthError('NOT_SUPPORTED', `${provider.name} does not deliver codes by webhook.`, about)
  const body = await request.text()
  const secret = authentication.secret?.reveal() ?? ''
  const signature = request.headers.get(textOf(NAME, settings, 'signature_header')) ?? ''
  if (body.length > 65_536 || secret === '' || !same(signature, await hmac(secret, body)))
    throw new OAuthError('CALLBACK_INVALID', `The delivery is not signed by ${provider.name}.`, about)
  const delivered = parsed(body)
  const code = valueAt(delivered, textOf(NAME, settings, 'code'))
  if (typeof code !== 'string')
    throw new OAuthError('CALLBACK_INVALID', `The delivery of ${provider.name} has no code in it.`, about)
  const places = Object.entries(textsOf(NAME, settings, 'metadata'))
  const metadata = Object.fromEntries(places.map(([name, place]) => [name, valueAt(delivered, place)]))
  const id = typeof grant === 'string' ? grant : grant(metadata)
  return redeemDeliveredCode(client, { ...target, grant: id, code, metadata })
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
