import { parseArgs } from 'node:util'
import { startSandbox } from './start.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'client-id': { type: 'string', default: 'demo' },
    'client-secret': { type: 'string' },
    'redirect-uri': { type: 'string', multiple: true, default: ['http://127.0.0.1/callback'] },
    grace: { type: 'string', default: '0' },
    'access-token-lifetime': { type: 'string', default: '3600' },
  },
})

const sandbox = await startSandbox({
  port: Number(values.port),
  control: true,
  graceSeconds: Number(values.grace),
  lifetimes: { accessToken: Number(values['access-token-lifetime']) },
  clients: [
    { client_id: values['client-id'], client_secret: values['client-secret'], redirect_uris: values['redirect-uri'] },
  ],
})
process.stdout.write(
  `${JSON.stringify({ issuer: sandbox.issuer, client_id: values['client-id'], pid: process.pid })}\n`,
)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sandbox.close())
