import type { OAuthError } from '@evergrant/core'

/**
 * The words of the server, of TLS or of the network behind a failure, for whoever mends it; undefined when the message has
 * them already.
 */
export function technicalWords({ message, error, error_description }: OAuthError): string | undefined {
  const words = [error, error_description].filter((text) => text !== undefined && text !== '').join(': ')
  return message.includes(error_description || words) ? undefined : words
}
