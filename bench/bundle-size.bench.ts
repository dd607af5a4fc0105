import { bundle } from './bundle.ts'

const program = (
  provider: string,
): string => `import { defineClient, memoryStore, ${provider}, tokenSource } from '@evergrant/core'
const provider = ${provider}({ id: 'acme', name: 'Acme', token_endpoint: 'https://login.acme.example/token' })
const client = defineClient({ provider, client_id: 'program', client_secret: 'secret' })
export const source = tokenSource('alice', { client, store: memoryStore() })`

const PROGRAMS: readonly (readonly [name: string, does: string, program: string, platform?: 'node'])[] = [
  ['**evergrant**', 'refresh with the whole lifecycle, endpoints given', program('plainProvider')],
  ['evergrant, `resolveProvider`', 'the same for every provider there is', program('resolveProvider')],
  [
    'oauth4webapi',
    'one refresh request and its answer',
    `export { processRefreshTokenResponse, refreshTokenGrantRequest, ClientSecretPost } from 'oauth4webapi'`,
  ],
  [
    'openid-client',
    'one refresh request and its answer',
    `export { Configuration, refreshTokenGrant } from 'openid-client'`,
  ],
  ['simple-oauth2', 'refresh of a hand-held token', `export { AuthorizationCode } from 'simple-oauth2'`, 'node'],
  ['google-auth-library', 'refresh of a hand-held token', `export { OAuth2Client } from 'google-auth-library'`, 'node'],
  [
    '@azure/msal-node',
    'its cache, no store between processes',
    `export { ConfidentialClientApplication } from '@azure/msal-node'`,
    'node',
  ],
]

const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`

/** The smallest program that keeps a token valid: minified, gzip -9, with every package that it carries. */
export async function bundleSize(): Promise<string> {
  const lines = ['| | minified | gzip | what it does |', '| --- | ---: | ---: | --- |']
  let ours: Awaited<ReturnType<typeof bundle>> | undefined
  for (const [name, does, program, platform] of PROGRAMS) {
    try {
      const made = await bundle(program, platform)
      ours ??= made
      lines.push(`| ${name} | ${kilobytes(Buffer.byteLength(made.code))} | ${kilobytes(made.gzip)} | ${does} |`)
    } catch (error) {
      lines.push(`| ${name} | – | – | could not be bundled: ${String(error).split('\n')[0]} |`)
    }
  }
  const largest = (ours?.modules ?? []).slice(0, 12)
  return [
    '## The smallest useful program',
    '',
    ...lines,
    '',
    'The largest parts of ours, in bytes before minification:',
    '',
    '| module | bytes |',
    '| --- | ---: |',
    ...largest.map(
      ([id, bytes]) => `| ${id.replace(/.*\/(?:src|node_modules)\//, '')} | ${bytes.toLocaleString('en')} |`,
    ),
    '',
  ].join('\n')
}
