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
        const { current, elsewhere } = embedded
        if (current === undefined) {
          const where = elsewhere === undefined ? '' : ` It is at ${elsewhere}.`
          throw new Refusal('NOT_FOUND', `Another process on the same data serves the sandbox.${where}`)
        }
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

interface Hijackable {
  readonly raw: Parameters<Sandbox['handle']>[1]
  hijack(): unknown
}
