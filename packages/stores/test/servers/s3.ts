import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { S3Client } from '@aws-sdk/client-s3'
import { gathering } from './gathering.ts'
import { listening } from './listening.ts'

interface Stored {
  readonly body: string
  readonly etag: string
}

/** A server with S3's GetObject and PutObject with conditions, on objects in memory. */
export interface S3Server extends AsyncDisposable {
  /** For the SDK's client. */
  readonly settings: {
    readonly endpoint: string
    readonly region: string
    readonly forcePathStyle: true
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  }
  /** The server's, for a proxy before it. */
  readonly port: number
  readonly client: S3Client
  readonly objects: Map<string, string>
  /** How often each of them came, as `PUT 412`. */
  readonly log: string[]
  /** Answers with this status from now on, until told otherwise. */
  fail(status: number | undefined): void
  /** Refuses to write from now on. */
  failWrites(): void
  /** Keeps the next reads until so many have come, and answers them together: their writers then race for sure. */
  gatherReads(count: number): void
  /** Takes the next write and breaks the connection instead of answering. */
  breakNextWrite(): void
}

/** Two buckets: `grants`, and `locked`, which is read-only. Nothing is served without an AWS signature, version 4. */
export async function startS3(): Promise<S3Server> {
  const objects = new Map<string, string>()
  const log: string[] = []
  let failing: number | undefined
  let breaking = false
  let readOnly = false
  const reads = gathering()
  const of = (path: string): Stored | undefined => {
    const body = objects.get(path)
    return body === undefined ? undefined : { body, etag: `"${createHash('md5').update(body).digest('hex')}"` }
  }

  const server = createServer(async (request, response) => {
    const body = await text(request)
    const path = decodeURIComponent(new URL(request.url ?? '', 'http://s3').pathname)
    const answer = (status: number, code: string): void => {
      log.push(`${request.method} ${status}`)
      response.writeHead(status, { 'content-type': 'application/xml' })
      response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}, in words</Message></Error>`)
    }
    if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=AKTEST/'))
      return answer(403, 'AccessDenied')
    if (failing !== undefined) return answer(failing, failing === 403 ? 'AccessDenied' : 'InternalError')
    if (!/^\/(grants|locked)\//.test(path)) return answer(404, 'NoSuchBucket')
    if (request.method === 'GET') {
      await reads.turn()
      const current = of(path)
      if (current === undefined) return answer(404, 'NoSuchKey')
      log.push('GET 200')
      return response.writeHead(200, { etag: current.etag }).end(current.body)
    }
    if (readOnly || path.startsWith('/locked/')) return answer(403, 'AccessDenied')
    const current = of(path)
    const { 'if-match': match, 'if-none-match': none } = request.headers
    if (match !== undefined && current === undefined) return answer(404, 'NoSuchKey')
    if ((match !== undefined && match !== current?.etag) || (none === '*' && current !== undefined))
      return answer(412, 'PreconditionFailed')
    objects.set(path, body)
    if (breaking) {
      breaking = false
      return request.socket.destroy()
    }
    log.push('PUT 200')
    return response.writeHead(200, { etag: of(path)?.etag ?? '' }).end()
  })
  const { port, close } = await listening(server)
  const settings = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'AKTEST', secretAccessKey: 'secret' },
  } as const
  const client = new S3Client(settings)
  return {
    settings,
    port,
    client,
    objects,
    log,
    fail: (status) => {
      failing = status
    },
    failWrites: () => {
      readOnly = true
    },
    gatherReads: reads.expect,
    breakNextWrite: () => {
      breaking = true
    },
    async [Symbol.asyncDispose]() {
      client.destroy()
      await close()
    },
  }
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks).toString('utf8')
  // A streaming upload comes in signed chunks: their sizes in hex, then the bytes.
  if (!request.headers['content-encoding']?.includes('aws-chunked')) return body
  throw new Error('chunked uploads are not understood')
}
