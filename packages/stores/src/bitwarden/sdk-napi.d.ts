/** What is used of the optional package; it brings types of its own where it is installed. */
declare module '@bitwarden/sdk-napi' {
  export class BitwardenClient {
    constructor(settings: {
      readonly apiUrl?: string
      readonly identityUrl?: string
      readonly userAgent?: string
      readonly deviceType?: string
    })
    auth(): { loginAccessToken(accessToken: string): Promise<void> }
    secrets(): import('./client.ts').BitwardenSecrets
  }
}
