import type { Sandbox } from '@evergrant/sandbox'
import type { App } from '../routes/app-type.ts'

/** Where the sandbox is on this server. */
export const SANDBOX_PATH = '/sandbox'

/** Hands everything below its path to the sandbox, with bodies unread. */
export async function mountSandbox(app: App, sandbox: Sandbox): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    const options = {
      schema: { hide: true },
      handler: (request: { raw: Parameters<Sandbox['handle']>[0] }, reply: Hijackable) => {
        reply.hijack()
        return sandbox.handle(request.raw, reply.raw, SANDBOX_PATH)
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
