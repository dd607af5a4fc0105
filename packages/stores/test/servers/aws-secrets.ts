import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { gathering } from './gathering.ts'
import { listening } from './listening.ts'

interface Secret {
  readonly versions: Map<string, string>
  /** Which version has which label. */
  readonly stages: Map<string, string>
}

type Input = Readonly<Record<string, string>> & { readonly VersionStages?: readonly string[] }

/** A server with the operations of AWS Secrets Manager that a store needs, on secrets in memory. */
export interface SecretsServer extends AsyncDisposable {
  readonly settings: {
    readonly endpoint: string
    readonly region: string
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  }
  /** The server's, for a proxy before it. */
  readonly port: number
  readonly client: SecretsManagerClient
  readonly secrets: Map<string, Secret>
  /** What came and how it went, as `UpdateSecretVersionStage InvalidParameterException`. */
  readonly log: string[]
  /** Answers with this error from now on, until told otherwise. */
  fail(code: string | undefined): void
  /** Refuses to write from now on. */
  failWrites(): void
  /** Keeps the next reads until so many have come, and answers them together: their writers then race for sure. */
  gatherReads(count: number): void
  /** Carries out the next operation of this name and breaks the connection instead of answering. */
  breakNext(operation: string): void
}

class Refusal extends Error {}

/** A secret that is empty. */
export function emptySecret(): Secret {
  return { versions: new Map(), stages: new Map() }
}

export async function startSecrets(): Promise<SecretsServer> {
  const secrets = new Map<string, Secret>()
  const log: string[] = []
  let failing: string | undefined
  let breaking: string | undefined
  let readOnly = false
  const reads = gathering()

  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).replace('secretsmanager.', '')
    const input = (await json(request)) as Input
    let [status, answer]: [number, object] = [200, {}]
    try {
      if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=AKTEST/'))
        throw new Refusal('UnrecognizedClientException')
      if (failing !== undefined) throw new Refusal(failing)
      if (readOnly && operation !== 'GetSecretValue') throw new Refusal('AccessDeniedException')
      if (operation === 'GetSecretValue') await reads.turn()
      answer = carryOut(secrets, operation, input)
      log.push(operation)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      log.push(`${operation} ${error.message}`)
      status = error.message === 'InternalServiceError' ? 500 : 400
      answer = { __type: error.message, Message: `${error.message}, in words` }
    }
    if (breaking === operation) {
      breaking = undefined
      request.socket.destroy()
      return
    }
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer))
  })
  const { port, close } = await listening(server)
  const settings = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKTEST', secretAccessKey: 'secret' },
  }
  const client = new SecretsManagerClient(settings)
  return {
    settings,
    port,
    client,
    secrets,
    log,
    fail: (code) => {
      failing = code
    },
    failWrites: () => {
      readOnly = true
    },
    gatherReads: reads.expect,
    breakNext: (operation) => {
      breaking = operation
    },
    async [Symbol.asyncDispose]() {
      client.destroy()
      await close()
    },
  }
}

function carryOut(secrets: Map<string, Secret>, operation: string, input: Input): object {
  const { SecretId = '', Name = '', SecretString = '', ClientRequestToken = '' } = input
  if (operation === 'CreateSecret') {
    const there = secrets.get(Name)
    // The same request sent again is answered as the first time.
    if (there?.versions.get(ClientRequestToken) === SecretString) return { Name, VersionId: ClientRequestToken }
    if (there !== undefined) throw new Refusal('ResourceExistsException')
    secrets.set(Name, {
      versions: new Map([[ClientRequestToken, SecretString]]),
      stages: new Map([['AWSCURRENT', ClientRequestToken]]),
    })
    return { Name, VersionId: ClientRequestToken }
  }
  const secret = secrets.get(SecretId)
  if (secret === undefined) throw new Refusal('ResourceNotFoundException')
  const { versions, stages } = secret
  switch (operation) {
    case 'GetSecretValue': {
      const VersionId = stages.get(input['VersionStage'] ?? 'AWSCURRENT')
      if (VersionId === undefined) throw new Refusal('ResourceNotFoundException')
      return { Name: SecretId, VersionId, SecretString: versions.get(VersionId) }
    }
    case 'PutSecretValue': {
      const labels = versions.size === 0 ? ['AWSCURRENT', ...(input.VersionStages ?? [])] : (input.VersionStages ?? [])
      if (versions.has(ClientRequestToken) && versions.get(ClientRequestToken) !== SecretString)
        throw new Refusal('ResourceExistsException')
      versions.set(ClientRequestToken, SecretString)
      for (const label of labels) stages.set(label, ClientRequestToken)
      return { Name: SecretId, VersionId: ClientRequestToken, VersionStages: labels }
    }
    case 'UpdateSecretVersionStage': {
      const { VersionStage = '', RemoveFromVersionId, MoveToVersionId = '' } = input
      const holder = stages.get(VersionStage)
      if (holder !== RemoveFromVersionId) throw new Refusal('InvalidParameterException')
      if (!versions.has(MoveToVersionId)) throw new Refusal('ResourceNotFoundException')
      if (holder !== undefined) stages.set('AWSPREVIOUS', holder)
      stages.set(VersionStage, MoveToVersionId)
      return { Name: SecretId }
    }
    default:
      throw new Refusal('InvalidRequestException')
  }
}
