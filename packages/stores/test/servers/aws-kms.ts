import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { listening } from './listening.ts'

interface Input {
  readonly KeyId: string
  readonly Plaintext?: string
  readonly CiphertextBlob?: string
  readonly EncryptionContext?: Readonly<Record<string, string>>
}

/** A server with the two operations of AWS KMS that a sealing key needs; what it encrypts is encrypted. */
export interface KmsServer extends AsyncDisposable {
  readonly settings: {
    readonly endpoint: string
    readonly region: string
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
    readonly maxAttempts: number
  }
  /** ARN of a key that was made for the call. */
  makeKey(): string
  /** What came and how it went, as `Decrypt IncorrectKeyException`. */
  readonly log: string[]
  /** Answers with this error from now on, until told otherwise. */
  fail(code: string | undefined): void
}

class Refusal extends Error {}

export async function startKms(): Promise<KmsServer> {
  const keys = new Map<string, Buffer>()
  const log: string[] = []
  let failing: string | undefined

  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).replace('TrentService.', '')
    const input = (await json(request)) as Input
    let [status, answer]: [number, object] = [200, {}]
    try {
      if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=AKTEST/'))
        throw new Refusal('UnrecognizedClientException')
      if (failing !== undefined) throw new Refusal(failing)
      answer = carryOut(keys, operation, input)
      log.push(operation)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      log.push(`${operation} ${error.message}`)
      status = error.message === 'KMSInternalException' ? 500 : 400
      answer = { __type: error.message, message: `${error.message}, in words` }
    }
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer))
  })
  const { port, close } = await listening(server)
  return {
    settings: {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'AKTEST', secretAccessKey: 'secret' },
      maxAttempts: 1,
    },
    makeKey() {
      const arn = `arn:aws:kms:eu-central-1:111122223333:key/${crypto.randomUUID()}`
      keys.set(arn, randomBytes(32))
      return arn
    },
    log,
    fail(code) {
      failing = code
    },
    [Symbol.asyncDispose]: close,
  }
}

function carryOut(keys: ReadonlyMap<string, Buffer>, operation: string, input: Input): object {
  const { KeyId, Plaintext, CiphertextBlob, EncryptionContext = {} } = input
  const key = keys.get(KeyId)
  if (key === undefined) throw new Refusal('NotFoundException')
  const context = Buffer.from(JSON.stringify(Object.entries(EncryptionContext).sort()))
  if (operation === 'Encrypt' && Plaintext !== undefined) {
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(context)
    const body = [cipher.update(Buffer.from(Plaintext, 'base64')), cipher.final(), cipher.getAuthTag()]
    // As the service's own blobs do, it names its key.
    const blob = Buffer.from(JSON.stringify({ KeyId, body: Buffer.concat([iv, ...body]).toString('base64') }))
    return { KeyId, CiphertextBlob: blob.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
  }
  if (operation !== 'Decrypt' || CiphertextBlob === undefined) throw new Refusal('UnsupportedOperationException')
  const blob = opened(CiphertextBlob)
  if (blob.KeyId !== KeyId) throw new Refusal('IncorrectKeyException')
  const body = Buffer.from(blob.body, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, 12)).setAAD(context)
  decipher.setAuthTag(body.subarray(-16))
  try {
    const plain = Buffer.concat([decipher.update(body.subarray(12, -16)), decipher.final()])
    return { KeyId, Plaintext: plain.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
  } catch {
    throw new Refusal('InvalidCiphertextException')
  }
}

function opened(blob: string): { readonly KeyId: string; readonly body: string } {
  try {
    return JSON.parse(Buffer.from(blob, 'base64').toString())
  } catch {
    throw new Refusal('InvalidCiphertextException')
  }
}
