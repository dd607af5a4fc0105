/** What is used of the SDK, which is not installed here. */
declare module '@opentelemetry/sdk-node' {
  export class NodeSDK {
    constructor(options: { readonly serviceName?: string })
    start(): void
    shutdown(): Promise<void>
  }
}
