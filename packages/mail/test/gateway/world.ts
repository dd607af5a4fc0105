import {
  beginAuthorization,
  defineClient,
  finishAuthorization,
  memoryStore,
  resolveProvider,
  type TokenSource,
  tokenSource,
} from '@evergrant/core'
import { type GatewayEvent, type GatewayOptions, hashProgramPassword, startMailGateway } from '@evergrant/mail/gateway'
import { manualClock, startSandbox, startSandboxMail } from '@evergrant/sandbox'

export const alice = 'alice@example.test'
export const password = 'a-password-of-a-program'
export const host = '127.0.0.1'
const redirect_uri = 'http://127.0.0.1/callback'

/** The sandbox with its own mail servers, which end a session with its token, and a gateway in front of them; one clock for all. */
export async function world(more: Partial<GatewayOptions> = {}) {
  const clock = manualClock()
  const web = { client_id: 'web', client_secret: 'secret-of-web', redirect_uris: [redirect_uri] }
  const sandbox = await startSandbox({ clients: [web], clock })
  const mail = await startSandboxMail(sandbox)
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: sandbox.issuer })
  const client = defineClient({ provider, ...web, http: { clock } })
  const store = memoryStore()
  const { url, pending } = await beginAuthorization(client, { grant: 'alice', redirect_uri, scope: 'mail' })
  await finishAuthorization(client, { callback: await sandbox.approve(url, { username: 'alice' }), pending, store })
  const source: TokenSource = tokenSource('alice', { store, client, clock })
  const events: GatewayEvent[] = []
  const heard = new Set<() => void>()
  const programs = [{ name: 'test', hash: await hashProgramPassword(password) }]
  const { imap, smtp, pop } = mail.ports
  const account = {
    mailbox: alice,
    imap: { host, port: imap, security: 'none' },
    smtp: { host, port: smtp, security: 'none' },
    pop: { host, port: pop, security: 'none' },
    source,
    programs,
  } as const
  const gateway = await startMailGateway({
    listeners: [{ protocol: 'imap' }, { protocol: 'smtp' }, { protocol: 'pop' }],
    account: (name) => (name === alice ? account : undefined),
    clock,
    random: () => 0,
    onEvent: (event) => {
      events.push(event)
      for (const look of [...heard]) look()
    },
    ...more,
  })
  return {
    clock,
    sandbox,
    mail,
    gateway,
    source,
    account,
    events,
    port: gateway.ports[0] ?? 0,
    smtp: gateway.ports[1] ?? 0,
    pop: gateway.ports[2] ?? 0,
    tokenRequests: () => sandbox.journal.count({ endpoint: 'token' }),
    /** Resolves when so many events of this type have come. */
    told: (type: GatewayEvent['type'], count = 1): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (events.filter((event) => event.type === type).length < count) return
          heard.delete(look)
          resolve()
        }
        heard.add(look)
        look()
      }),
    async [Symbol.asyncDispose]() {
      await gateway.close()
      await mail.close()
      await sandbox.close()
    },
  }
}
