import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SandboxClient } from './clients.ts'
import type { Engine } from './engine.ts'
import type { Fault, FaultHandle } from './faults.ts'
import type { Hold } from './holds.ts'
import { requestBody } from './request-body.ts'
import type { RequestMatch } from './request-match.ts'
import type { Sandbox } from './sandbox.ts'
import type { SettingsChange } from './settings.ts'
import type { SandboxUser } from './users.ts'

type Remote = (request: IncomingMessage, response: ServerResponse, prefix?: string) => Promise<boolean>

interface Call {
  readonly id: string
  // Trusted: whoever may call this may do anything to the sandbox, and a wrong shape harms only the caller's own test.
  readonly body: unknown
}

/**
 * The control interface over HTTP, in JSON, for tests whose parts run in several processes. It resolves with false for
 * requests that are not under `/_sandbox/`. What goes through it is not in the journal.
 */
export function control(sandbox: Sandbox, engine: Engine): Remote {
  const faults = new Map<string, FaultHandle>()
  const holds = new Map<string, Hold>()
  let made = 0
  const keep = <T>(kept: Map<string, T>, value: T): { id: string } => {
    made += 1
    kept.set(String(made), value)
    return { id: String(made) }
  }
  const actions: Readonly<Record<string, (call: Call) => unknown>> = {
    'GET state': () => ({
      issuer: sandbox.issuer,
      now: sandbox.clock.now(),
      settings: sandbox.settings,
      families: sandbox.families(),
      clients: engine.clients.list().map(({ client_secret, ...client }) => client),
      users: engine.users.list().map(({ password, ...user }) => user),
    }),
    'GET journal': () => sandbox.journal,
    'DELETE journal': () => sandbox.journal.clear(),
    'POST faults': ({ body }) => {
      const { times, ...fault } = body as Omit<Fault, 'times'> & { times?: number | 'always' }
      return keep(faults, sandbox.fault({ ...fault, times: times === 'always' ? Infinity : times }))
    },
    'GET faults': ({ id }) => ({ hits: found(faults, id).hits }),
    'DELETE faults': ({ id }) => (id === '' ? sandbox.clearFaults() : found(faults, id).remove()),
    'POST holds': ({ body }) => keep(holds, sandbox.hold(body as { match?: RequestMatch })),
    'GET holds': async ({ id }) => ({ arrived: await found(holds, id).arrived, count: found(holds, id).count }),
    'DELETE holds': ({ id }) => found(holds, id).release(),
    'POST clock': ({ body }) => {
      sandbox.advance((body as { advance: number }).advance)
      return { now: sandbox.clock.now() }
    },
    'POST settings': ({ body }) => {
      sandbox.configure(body as SettingsChange)
      return sandbox.settings
    },
    'POST clients': ({ body }) => sandbox.registerClient(body as SandboxClient),
    'POST users': ({ body }) => sandbox.addUser(body as SandboxUser),
    'DELETE grants': ({ id }) => sandbox.revokeGrant(id),
    'POST approve': async ({ body }) => {
      const { url, ...choice } = body as { url: string; username?: string; scope?: string }
      return { callback: await sandbox.approve(url, choice) }
    },
    'POST deny': async ({ body }) => ({ callback: await sandbox.deny((body as { url: string }).url) }),
  }

  return async (request, response, prefix) => {
    const mount = `${prefix ?? new URL(sandbox.issuer).pathname.replace(/\/$/, '')}/_sandbox/`
    const path = (request.url ?? '').split('?')[0] ?? ''
    if (!path.startsWith(mount)) return false
    const [name = '', id = ''] = path.slice(mount.length).split('/')
    const action = actions[`${request.method} ${name}`]
    const { status, value } = await outcome(request, action, id)
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end(JSON.stringify(value ?? {}))
    return true
  }
}

async function outcome(
  request: IncomingMessage,
  action: ((call: Call) => unknown) | undefined,
  id: string,
): Promise<{ status: number; value: unknown }> {
  const text = await requestBody(request)
  if (action === undefined) return { status: 404, value: { message: 'There is no such control' } }
  // A page of another origin cannot send this type, nor DELETE, without asking first, and it will not be let.
  if (request.method === 'POST' && !request.headers['content-type']?.startsWith('application/json'))
    return { status: 415, value: { message: 'The body must be application/json' } }
  try {
    const body = request.method === 'POST' ? JSON.parse(text ?? '') : undefined
    return { status: 200, value: await action({ id: decodeURIComponent(id), body }) }
  } catch (error) {
    return { status: 400, value: { message: error instanceof Error ? error.message : String(error) } }
  }
}

function found<T>(kept: ReadonlyMap<string, T>, id: string): T {
  const value = kept.get(id)
  if (value === undefined) throw new Error(`There is nothing with the id ${id}`)
  return value
}
