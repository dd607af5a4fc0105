/** What is used of the optional peer, so that this package compiles, and is used, without it. */
declare module 'openapi-typescript' {
  export default function openapiTS(document: unknown, options: { readonly silent: boolean }): Promise<unknown>
  export function astToString(nodes: unknown): string
}
