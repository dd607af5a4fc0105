import { randomUUID } from 'node:crypto'
import type { SecretsManagerClient, SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager'
import type { GrantStore } from '@evergrant/core'
import { awsCode, awsFailure } from './document/aws-failure.ts'
import { type DocumentTimes, documentStore } from './document/document-store.ts'
import type { GrantDocument, Seen } from './document/grant-document.ts'
import { openedOnce } from './opened-once.ts'
import { optionalPackage } from './optional-package.ts'

/** What an {@link awsSecretsStore} needs. */
export interface AwsSecretsStoreOptions extends DocumentTimes {
  /** Name or ARN of the secret. One that is not there is made by the first put, under this name. */
  readonly secret: string
  /** The application's own client, or the settings of one. Default: what the SDK finds in its surroundings. */
  readonly client?: SecretsManagerClient | SecretsManagerClientConfig | undefined
  /** Key that encrypts a secret that is made here. Default: the account's `aws/secretsmanager`. */
  readonly kmsKeyId?: string | undefined
}

/** A {@link GrantStore} in AWS Secrets Manager. */
export interface AwsSecretsStore extends GrantStore, AsyncDisposable {
  /** Closes the store's client, unless it was handed in. */
  close(): Promise<void>
}

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const MAX_BYTES = 65_536
const CURRENT = 'AWSCURRENT'
const PENDING = 'EVERGRANT_PENDING'

/**
 * Keeps a few grants in one secret of AWS Secrets Manager.
 *
 * A write first stores a version that is not current, then moves the label `AWSCURRENT` to it from exactly the version
 * that was read, which Secrets Manager refuses when the label is elsewhere by now: of several writers one wins, and the
 * others read again. `@aws-sdk/client-secrets-manager` is loaded by the first call.
 *
 * Fails with `STORE_CORRUPT`, `STORE_READ_ONLY`, `STORE_UNAVAILABLE` (also above 64 KiB), `ABORTED`, or `NOT_SUPPORTED`
 * when the SDK is not installed.
 *
 * @example
 * ```ts
 * import { type Client, tokenSources } from '@evergrant/core'
 * import { awsSecretsStore } from '@evergrant/stores/aws-secrets'
 *
 * async function read(client: Client): Promise<Response> {
 *   await using store = awsSecretsStore({ secret: 'mail/grants', client: { region: 'eu-central-1' } })
 *   return await tokenSources({ client, store }).get('alice').fetch('https://api.example/me')
 * }
 * ```
 */
export function awsSecretsStore(options: AwsSecretsStoreOptions): AwsSecretsStore {
  const { secret, client, kmsKeyId, ...times } = options
  const name = `the secret ${secret} of AWS`
  const handed = client !== undefined && 'send' in client ? client : undefined

  const endOwn = ({ client }: Sdk): void => (handed === undefined ? client.destroy() : undefined)
  const sdk = openedOnce(async (): Promise<Sdk> => {
    const load = (): Promise<Module> => import('@aws-sdk/client-secrets-manager')
    const sdk = await optionalPackage('@aws-sdk/client-secrets-manager', 'A store in AWS Secrets Manager', load)
    if (handed !== undefined) return { ...sdk, client: handed }
    return { ...sdk, client: new sdk.SecretsManagerClient(client === undefined || 'send' in client ? {} : client) }
  }, endOwn)

  /** Whether the secret was made, with this text. */
  const create = async ({ client, CreateSecretCommand }: Sdk, text: string): Promise<boolean> => {
    const key = kmsKeyId === undefined ? {} : { KmsKeyId: kmsKeyId }
    const Description = 'Grants of OAuth 2.0 that Evergrant keeps'
    try {
      await client.send(
        new CreateSecretCommand({
          Name: secret,
          SecretString: text,
          Description,
          ...key,
          ClientRequestToken: randomUUID(),
        }),
      )
      return true
    } catch (error) {
      if (awsCode(error) === 'ResourceExistsException') return false
      throw error
    }
  }

  /** Whether the label moved, from the version that was seen (undefined: from nowhere) to the new one. */
  const promote = async (
    { client, UpdateSecretVersionStageCommand }: Sdk,
    to: string | undefined,
    from: string | undefined,
  ): Promise<boolean> => {
    const RemoveFromVersionId = from === undefined ? {} : { RemoveFromVersionId: from }
    try {
      await client.send(
        new UpdateSecretVersionStageCommand({
          SecretId: secret,
          VersionStage: CURRENT,
          MoveToVersionId: to,
          ...RemoveFromVersionId,
        }),
      )
      return true
    } catch (error) {
      // The label is elsewhere by now; or a version that lost its label to another writer's was tidied away.
      if (['InvalidParameterException', 'ResourceNotFoundException'].includes(awsCode(error) ?? '')) return false
      throw error
    }
  }

  const document: GrantDocument<string> = {
    name,
    async read() {
      const { client, GetSecretValueCommand } = await sdk.get()
      try {
        const command = new GetSecretValueCommand({ SecretId: secret, VersionStage: CURRENT })
        const { SecretString, VersionId = '' } = await client.send(command)
        return { text: SecretString ?? '', revision: VersionId }
      } catch (error) {
        // There is no secret; or one that nobody has filled.
        if (awsCode(error) === 'ResourceNotFoundException') return undefined
        throw error
      }
    },
    async replace(text: string, seen: Seen<string> | undefined) {
      const ready = await sdk.get()
      if (seen === undefined && (await create(ready, text))) return true
      const { VersionId, VersionStages } = await ready.client.send(
        new ready.PutSecretValueCommand({
          SecretId: secret,
          SecretString: text,
          // Given twice, as by the SDK's own second try, it makes one version.
          ClientRequestToken: randomUUID(),
          VersionStages: [PENDING],
        }),
      )
      // The first version of a secret is current at once.
      if (VersionStages?.includes(CURRENT)) return true
      return promote(ready, VersionId, seen?.revision)
    },
  }

  const traits = { durable: true, cas: 'native' } as const
  const store = documentStore(document, { traits, maxBytes: MAX_BYTES, failure: awsFailure(name), ...times })
  return { ...store, close: sdk.close, [Symbol.asyncDispose]: sdk.close }
}

type Module = typeof import('@aws-sdk/client-secrets-manager')
type Sdk = Module & { readonly client: SecretsManagerClient }
