import { Agent, request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'

/** The client's certificate and key, in PEM or as PFX, and whom to trust beside the system's authorities. */
export interface CertificateOptions {
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly pfx?: Uint8Array | undefined
  readonly passphrase?: string | undefined
  /** Certificate authorities in PEM, instead of the system's. */
  readonly ca?: string | undefined
}

/**
 * A `fetch` that presents a client certificate (RFC 8705 §2), for `http.fetch` of a client. Speaks https only, follows
 * no redirect and keeps connections open.
 *
 * @example
 * ```ts
 * import { defineClient, type Provider, TlsClientAuth } from '@evergrant/core'
 * import { certificateFetch } from '@evergrant/core/node'
 *
 * const client = (provider: Provider, cert: string, key: string) =>
 *   defineClient({
 *     provider,
 *     client_id: 'my-program',
 *     client_auth: TlsClientAuth(),
 *     http: { fetch: certificateFetch({ cert, key }) },
 *   })
 * ```
 */
export function certificateFetch(options: CertificateOptions): typeof fetch {
  const { pfx, ...rest } = options
  const agent = new Agent({ ...rest, ...(pfx === undefined ? {} : { pfx: Buffer.from(pfx) }), keepAlive: true })
  return async (input, init) => {
    const request = new Request(input, init)
    const { method, signal } = request
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer())
    return new Promise((resolve, reject) => {
      const headers = Object.fromEntries(request.headers)
      const sent = httpsRequest(new URL(request.url), { method, headers, agent, signal }, (answer) => {
        const status = answer.statusCode ?? 502
        const answered = new Headers()
        for (const [name, values] of Object.entries(answer.headersDistinct))
          for (const value of values ?? []) answered.append(name, value)
        const empty = status === 204 || status === 205 || status === 304
        if (empty) answer.resume()
        const content = empty ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>)
        resolve(new Response(content, { status, headers: answered }))
      })
      // Node reports an abort in its own words; fetch rejects with the signal's reason.
      sent.on('error', (error) => reject(signal.aborted ? signal.reason : error))
      sent.end(body)
    })
  }
}
