import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { Firestore, type Settings } from '@google-cloud/firestore'
import { OAuth2Client } from 'google-auth-library'
import { gathering } from './gathering.ts'
import { listening } from './listening.ts'

/** A document as the REST interface writes it. */
interface Document {
  readonly name: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly createTime: string
  readonly updateTime: string
}

interface Write {
  readonly update: Pick<Document, 'name' | 'fields'>
  readonly updateMask?: { readonly fieldPaths: readonly string[] }
  readonly currentDocument?: { readonly exists?: boolean; readonly updateTime?: string }
}

/** A server with Firestore's batchGet and commit with preconditions, on documents in memory. */
export interface FirestoreServer extends AsyncDisposable {
  readonly settings: Settings
  /** The server's, for a proxy before it. */
  readonly port: number
  readonly client: Firestore
  /** By the path inside of the database. */
  readonly documents: Map<string, Document>
  /** What came and how it went, as `commit FAILED_PRECONDITION`. */
  readonly log: string[]
  /** Answers with this status from now on, until told otherwise. */
  fail(status: keyof typeof HTTP | undefined): void
  /** Refuses to write from now on. */
  failWrites(): void
  /** Carries out the next commit and breaks the connection instead of answering. */
  breakNextCommit(): void
  /** Keeps the next reads until so many have come, and answers them together: their writers then race for sure. */
  gatherReads(count: number): void
  /** Puts fields into a document, as another program would. */
  write(path: string, fields: Readonly<Record<string, string>>): void
}

const ROOT = 'projects/test/databases/(default)/documents/'
const HTTP = {
  ALREADY_EXISTS: 409,
  FAILED_PRECONDITION: 400,
  NOT_FOUND: 404,
  PERMISSION_DENIED: 403,
  UNAUTHENTICATED: 401,
  INTERNAL: 500,
} as const

class Refusal extends Error {}

/** Nothing is served without the bearer token of the client's settings. */
export async function startFirestore(): Promise<FirestoreServer> {
  const documents = new Map<string, Document>()
  const log: string[] = []
  let failing: keyof typeof HTTP | undefined
  let breaking = false
  let readOnly = false
  let ticks = 0
  const reads = gathering()
  const time = (): string => `2026-01-01T00:00:00.${String(++ticks).padStart(6, '0')}Z`
  const put = (name: string, fields: Document['fields']): Document => {
    const now = time()
    const written = { name, fields, createTime: documents.get(name)?.createTime ?? now, updateTime: now }
    documents.set(name, written)
    return written
  }

  const commit = (writes: readonly Write[]): object => {
    const [write] = writes
    if (write === undefined || writes.length > 1) throw new Refusal('INTERNAL')
    const { update, updateMask, currentDocument = {} } = write
    const current = documents.get(update.name)
    if (currentDocument.exists === false && current !== undefined) throw new Refusal('ALREADY_EXISTS')
    if (currentDocument.exists === true && current === undefined) throw new Refusal('NOT_FOUND')
    if (currentDocument.updateTime !== undefined && current === undefined) throw new Refusal('NOT_FOUND')
    if (currentDocument.updateTime !== undefined && currentDocument.updateTime !== current?.updateTime)
      throw new Refusal('FAILED_PRECONDITION')
    const kept = updateMask === undefined ? {} : current?.fields
    const { updateTime } = put(update.name, { ...kept, ...update.fields })
    return { writeResults: [{ updateTime }], commitTime: updateTime }
  }

  const server = createServer(async (request, response) => {
    const [, path = '', verb = ''] = /^\/v1\/(.*):(\w+)\?/.exec(decodeURIComponent(request.url ?? '')) ?? []
    const body = (await json(request)) as { documents: string[]; writes: Write[] }
    let answer: [number, unknown]
    try {
      if (request.headers.authorization !== 'Bearer test-token') throw new Refusal('UNAUTHENTICATED')
      if (failing !== undefined) throw new Refusal(failing)
      if (readOnly && verb === 'commit') throw new Refusal('PERMISSION_DENIED')
      if (`${path}/` !== ROOT) throw new Refusal('NOT_FOUND')
      if (verb === 'commit') answer = [200, commit(body.writes)]
      else {
        await reads.turn()
        const found = (name: string): object =>
          documents.has(name) ? { found: documents.get(name) } : { missing: name }
        answer = [200, body.documents.map((name) => ({ ...found(name), readTime: time() }))]
      }
      log.push(verb)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const status = error.message as keyof typeof HTTP
      log.push(`${verb} ${status}`)
      answer = [HTTP[status], { error: { code: HTTP[status], status, message: `${status}, in words` } }]
    }
    if (verb === 'commit' && breaking) {
      breaking = false
      request.socket.destroy()
      return
    }
    response.writeHead(answer[0], { 'content-type': 'application/json' }).end(JSON.stringify(answer[1]))
  })
  const { port, close } = await listening(server)
  const authClient = new OAuth2Client()
  authClient.setCredentials({ access_token: 'test-token', expiry_date: Date.now() + 3_600_000 })
  const settings = { projectId: 'test', preferRest: true, host: `127.0.0.1:${port}`, ssl: false, authClient }
  const client = new Firestore(settings)
  return {
    settings,
    port,
    client,
    documents,
    log,
    fail: (status) => {
      failing = status
    },
    failWrites: () => {
      readOnly = true
    },
    breakNextCommit: () => {
      breaking = true
    },
    gatherReads: reads.expect,
    write(path, fields) {
      const values = Object.entries(fields).map(([name, stringValue]) => [name, { stringValue }])
      put(ROOT + path, { ...documents.get(ROOT + path)?.fields, ...Object.fromEntries(values) })
    },
    async [Symbol.asyncDispose]() {
      await client.terminate()
      await close()
    },
  }
}
