import { environmentName } from '@evergrant/core/api'
import type { ApiDescription } from '../description/api-description.ts'
import { isFields } from '../description/document.ts'
import { own } from '../own.ts'
import { comment, property, quoted } from './names.ts'
import { type Initialization, initialization } from './scheme-document.ts'
import type { SchemeModel } from './scheme-model.ts'

/** `example.ts`: a client from the environment's credentials, and a first call where one needs no arguments. */
export function exampleFile(
  document: unknown,
  api: ApiDescription,
  schemes: readonly SchemeModel[],
  header: string,
  extension: string,
): string {
  const path = simplePath(document)
  const needed = (own(api.operations, `GET ${path}`)?.security ?? api.security ?? [])[0] ?? {}
  const names = Object.keys(api.schemes)
  const used = schemes.filter(({ name }) => Object.hasOwn(needed, name))
  const real = (name: string): Initialization => ({
    variable: (field) => environmentName(names, name, field),
    scopes: own(needed, name) ?? [],
  })
  const imports = used.flatMap(({ type, scopes }) => (scopes.length > 0 ? [`${type}Scope`] : []))
  const person = used.find(({ managers }) => managers.join() === 'AuthorizationCodeManager')
  const ask =
    person === undefined
      ? ''
      : `
if (client${property(person.name)}.tokenState === 'missing') {
  console.log(\`Open \${await client${property(person.name)}.getAuthorizationUrl()}\`)
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const callback = await terminal.question('The address that you were sent back to: ')
  terminal.close()
  // Plain JSON: store it, and give it as \`token\` the next time.
  await client${property(person.name)}.fetchToken(callback)
}
`
  const call =
    path === undefined
      ? 'console.log(Object.keys(client.auth))'
      : `const { data, error, response } = await client.GET(${quoted(path)})\nconsole.log(response.status, data ?? error)`
  return `${header}
// Calls ${comment(api.title)}: node example.ts, with these in the environment.
import process from 'node:process'
${person === undefined ? '' : "import { createInterface } from 'node:readline/promises'\n"}import { ${['createClient', ...imports].join(', ')} } from './client${extension}'

const client = createClient({
  baseUrl: process.env['API_BASE_URL'],
  auth: {
${used.map((scheme) => initialization(scheme, '    ', real(scheme.name))).join('\n')}
  },
})
${ask}
${call}
`
}

/** The first GET that takes nothing that is required. */
function simplePath(document: unknown): string | undefined {
  const paths = isFields(document) && isFields(document['paths']) ? document['paths'] : {}
  const found = Object.entries(paths).find(([path, item]) => {
    if (path.includes('{') || !isFields(item) || !isFields(item['get'])) return false
    const parameters = [item['parameters'], item['get']['parameters']].flat().filter((one) => one !== undefined)
    return parameters.every((one) => isFields(one) && one['required'] !== true && one['$ref'] === undefined)
  })
  return found?.[0]
}
