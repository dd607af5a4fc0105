import type { Sandbox } from '@evergrant/sandbox'
import { Refusal } from '../problem.ts'
import type { App } from '../routes/app-type.ts'
import { type EmbeddedSandbox, SANDBOX_HEADER, SANDBOX_PATH } from './embedded-sandbox.ts'

/** Hands everything below its path to the sandbox, with bodies unread. */
export async function mountSandbox(app: App, embedded: EmbeddedSandbox): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    const options = {
      schema: { hide: true },
      handler: async (request: { raw: Parameters<Sandbox['handle']>[0] }, reply: Hijackable) => {
        // Who serves it may have ended a moment ago.
        await embedded.take()
        const { current } = embedded
        if (current === undefined) throw notHere(embedded)
        reply.hijack()
        reply.raw.setHeader(SANDBOX_HEADER, embedded.by)
        await current.handle(request.raw, reply.raw, SANDBOX_PATH)
      },
    }
    scope.all(`${SANDBOX_PATH}/*`, options)
    // RFC 8414 §3.1: the well-known part stands before the issuer's path.
    scope.get(`/.well-known/oauth-authorization-server${SANDBOX_PATH}`, options)
  })
}

/** What is true for somebody whom a link has led to a process that does not serve it. */
function notHere({ elsewhere, issuer }: EmbeddedSandbox): Refusal {
  if (elsewhere === undefined) {
    return new Refusal('SANDBOX_ELSEWHERE', 'No process serves the practice provider at this moment.')
  }
  const { issuer: address, listening } = elsewhere
  // Processes behind one address: to name that address would lead here again.
  return address === issuer
    ? new Refusal(
        'SANDBOX_ELSEWHERE',
        `The process that listens at ${listening} serves the practice provider, and this request came to another one behind the same address.`,
      )
    : new Refusal('SANDBOX_ELSEWHERE', `Another process on the same data serves the practice provider, at ${address}.`)
}

interface Hijackable {
  readonly raw: Parameters<Sandbox['handle']>[1]
  hijack(): unknown
}
