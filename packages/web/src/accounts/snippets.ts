interface Snippets {
  readonly curl: string
  readonly terminal: string
  readonly script: string
}

/** Commands that give a token of an account. All read the API key from the environment, so that none holds it. */
export function snippets(server: string, id: string): Snippets {
  const address = `${server}/v1/accounts/${id}/token`
  return {
    curl: [
      `curl -fsS -X POST ${address} \\`,
      '  -H "authorization: Bearer $EVERGRANT_API_KEY" \\',
      `  -H 'content-type: application/json' -d '{}'`,
    ].join('\n'),
    terminal: `npx evergrant token --server ${server} --account ${id}`,
    script: [
      `const response = await fetch('${address}', {`,
      `  method: 'POST',`,
      "  headers: { authorization: 'Bearer ' + process.env.EVERGRANT_API_KEY },",
      '})',
      'if (!response.ok) throw new Error((await response.json()).detail)',
      'const { access_token } = await response.json()',
    ].join('\n'),
  }
}
