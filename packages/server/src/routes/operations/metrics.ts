import { isIP } from 'node:net'
import { isLoopback } from '@evergrant/core'
import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../problem.ts'
import { sameText } from '../../security/secret.ts'
import type { Services } from '../../services.ts'
import type { App } from '../app-type.ts'

export function metricsRoute(app: App, { metrics, deps }: Services): void {
  app.get(
    '/metrics',
    {
      schema: {
        summary: 'Counts, for Prometheus',
        description:
          'With EVERGRANT_METRICS_TOKEN as bearer token; where that is not set, for programs on this machine alone.',
        tags: ['operations'],
        produces: ['text/plain'],
      },
      onRequest: async (request) => assertMayRead(request, deps.metricsToken),
    },
    async (_, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  )
}

/** A socket that takes both kinds of addresses names IPv4 ones in IPv6 (RFC 4291 §2.5.5.2). */
function isHere(address: string): boolean {
  return isLoopback(address.replace(/^::ffff:/i, ''))
}

/** Whether this machine was asked for by number, or as localhost. Any other name may be a web page's, made to point here. */
function isAskedHere(host: string | undefined): boolean {
  if (!URL.canParse(`http://${host}`)) return false
  const { hostname } = new URL(`http://${host}`)
  return isLoopback(hostname) || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0
}

function assertMayRead({ headers, ip, socket }: FastifyRequest, token: string | undefined): void {
  if (token !== undefined) {
    const [, shown = ''] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? []
    if (!sameText(shown, token))
      throw new Refusal('METRICS_TOKEN_REQUIRED', 'The metrics are for those with the token.')
    return
  }
  // A proxy on this machine is not who asks, whether or not its word counts.
  const forwarded = headers['x-forwarded-for'] ?? headers.forwarded ?? headers.via
  if (!isAskedHere(headers.host) || forwarded !== undefined || ![ip, socket.remoteAddress ?? ''].every(isHere)) {
    throw new Refusal('METRICS_FOR_THIS_MACHINE', 'The metrics are for programs on this machine.')
  }
}
