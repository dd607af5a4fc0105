import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext } from 'node:tls'
import { type Clock, OAuthError } from '@evergrant/core'

/** Certificate chain and private key, in PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** Reads the certificate as it is now. */
export type CertificateSource = () => Promise<Certificate>

/** Seconds between two looks. */
const EVERY = 60

interface Keeping {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onRenewal?: ((error?: Error) => void) | undefined
}

/** The context of a certificate; of a source always that of its newest, as far as one could be had. */
export async function certificateKeeper(
  certificate: Certificate | CertificateSource | undefined,
  { clock, signal, onRenewal }: Keeping,
): Promise<{ readonly context: SecureContext } | undefined> {
  if (certificate === undefined) return undefined
  if (typeof certificate !== 'function') return { context: secureContext(certificate) }
  let known = await certificate()
  const kept = { context: secureContext(known) }
  const look = async (): Promise<void> => {
    let failed = ''
    for (;;) {
      await clock.sleep(EVERY, signal)
      try {
        const next = await certificate()
        failed = ''
        if (next.cert === known.cert && next.key === known.key) continue
        kept.context = secureContext(next)
        known = next
        onRenewal?.()
      } catch (error) {
        const trouble = error instanceof Error ? error : new Error(String(error))
        // Once: between the writing of the two files they do not fit, and that is over at the next look.
        if (trouble.message !== failed) onRenewal?.(trouble)
        failed = trouble.message
      }
    }
  }
  look().catch(() => undefined)
  return kept
}

function secureContext(certificate: Certificate): SecureContext {
  const { cert, key } = certificate
  try {
    // OpenSSL takes a key of another kind than the certificate's without a word, and then fails every handshake.
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) throw new Error('the key is another one')
    return createSecureContext({ cert, key })
  } catch (cause) {
    const message = "The mail gateway's certificate and key do not fit or cannot be read."
    throw new OAuthError('INVALID_SETTING', message, { cause })
  }
}
