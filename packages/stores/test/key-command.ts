/** A key service of a test: keeps its key beside itself, and answers as its second argument says. */
import { appendFileSync, readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { keyFromText } from '@evergrant/stores/keyring'

const [, , file = '', how = ''] = process.argv
const question = JSON.parse(await text(process.stdin))
appendFileSync(`${file}.log`, `${question.op}\n`)
if (how === 'dies') {
  process.stderr.write('the slot is empty, password=very-secret')
  process.exit(7)
}
if (how === 'hangs') setInterval(() => undefined, 1000)
else if (how === 'chats') process.stdout.write('Welcome!')
else if (how === 'refuses' && question.op !== 'key') answer({ error: 'the HSM is locked' })
else answer(await asked())

async function asked(): Promise<object> {
  const key = await keyFromText(readFileSync(file, 'utf8'))
  const bytes = new Uint8Array(Buffer.from(question.data ?? '', 'base64'))
  try {
    if (question.op === 'key') return { key: 'hsm-3' }
    if (question.key !== 'hsm-3') return { error: `there is no key ${question.key}` }
    const done = question.op === 'wrap' ? await key.wrap(bytes) : await key.unwrap(bytes)
    return { data: Buffer.from(done).toString('base64') }
  } catch (error) {
    return { error: String(error), refused: true }
  }
}

function answer(of: object): void {
  process.stdout.write(JSON.stringify(of))
}
