/** What is used of the optional package; it brings types of its own where it is installed. */
declare module '@aws-sdk/client-kms' {
  export interface KMSClientConfig {
    readonly region?: string
    readonly endpoint?: string
    readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
  }
  interface Input {
    readonly KeyId: string
    readonly EncryptionContext: Record<string, string>
  }
  export class EncryptCommand {
    readonly input: Input & { readonly Plaintext: Uint8Array }
    constructor(input: EncryptCommand['input'])
  }
  export class DecryptCommand {
    readonly input: Input & { readonly CiphertextBlob: Uint8Array }
    constructor(input: DecryptCommand['input'])
  }
  export class KMSClient {
    constructor(config: KMSClientConfig)
    send(command: EncryptCommand): Promise<{ readonly CiphertextBlob?: Uint8Array }>
    send(command: DecryptCommand): Promise<{ readonly Plaintext?: Uint8Array }>
    destroy(): void
  }
}
