/** A server that is killed in the moment in which it would send a webhook: what it was about is committed, nothing is sent. */
import { main } from '@evergrant/server/main'

const hook = process.env['HOOK'] ?? ''

const { url, setupLink } = await main(process.env, {
  say: () => undefined,
  passwordCost: { N: 2 ** 10, r: 8, p: 1 },
  fetch: (input, init) => {
    if (String(input) === hook) process.kill(process.pid, 'SIGKILL')
    return fetch(input, init)
  },
})
process.stdout.write(`${JSON.stringify({ url, setupLink })}\n`)
