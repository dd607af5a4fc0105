import type { Client } from '../client/client.ts'
import { OAuthError } from '../errors.ts'

/**
 * What is inside of an encrypted token (JWE, RFC 7516 §7.1: five parts); any other text as it is. `what`: its name, for
 * the message. Throws `ID_TOKEN_INVALID` when the client cannot decrypt, or failed to.
 */
export async function decrypted(client: Client, token: string, what: string): Promise<string> {
  if (token.split('.').length !== 5) return token
  const { provider, decrypt } = client
  const about = { provider: provider.id }
  if (decrypt === undefined) {
    const message = `The ${what} of ${provider.name} is encrypted. Give the client \`decrypt\`, or register it without encryption.`
    throw new OAuthError('ID_TOKEN_INVALID', message, about)
  }
  try {
    return await decrypt(token)
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause)
    const message = `The ${what} of ${provider.name} could not be decrypted: ${words}.`
    throw new OAuthError('ID_TOKEN_INVALID', message, { ...about, cause })
  }
}
