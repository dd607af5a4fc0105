import {
  beginDeviceAuthorization,
  type Client,
  type DeviceOptions,
  type DevicePollOptions,
  type Grant,
  pollDeviceAuthorization,
} from '@evergrant/core'
import type { Invocation } from './invocation.ts'
import { tellWait, within } from './within.ts'

/**
 * Consent on another device (RFC 8628): shows an address and a code, and waits until they were used. Nothing is opened
 * and no address with the code in it is shown, so that a person sees which program they let in (§5.4).
 */
export async function deviceConsent(
  client: Client,
  asked: DeviceOptions,
  into: Pick<DevicePollOptions, 'store' | 'allowOtherSubject'>,
  seconds: number,
  invocation: Invocation,
): Promise<Grant> {
  const { terminal } = invocation
  const pending = await beginDeviceAuthorization(client, asked)
  terminal.conceal(pending.device_code)
  terminal.say(`Open this address on any device, to let in the client ${client.client_id}:`)
  terminal.address(pending.verification_uri)
  terminal.say(`and enter the code  ${terminal.style('bold', pending.user_code)}`)
  terminal.say('Enter it only because you began this login yourself.')
  tellWait('somebody to enter it', seconds, invocation)
  return within(seconds, invocation, (signal) => pollDeviceAuthorization(client, { pending, signal, ...into }))
}
