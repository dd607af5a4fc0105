import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { arch, platform } from 'node:process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { bundled } from './bundle.ts'
import { temporaryFolder, unpacked } from './npm.ts'
import { expected, smokeSandbox } from './sandbox.ts'

const run = promisify(execFile)

for (const major of [22, 24, 26]) {
  test(`the smoke suite holds under Node ${major}`, async (t) => {
    await using folder = await temporaryFolder()
    // npm's packages of Node hold the program itself.
    const node = await unpacked(`node-${platform}-${arch}@${major}`, folder.path)
    if ('why' in node) return t.skip(`NOT TRIED: ${node.why}`)
    await using sandbox = await smokeSandbox()
    const file = join(folder.path, 'smoke.mjs')
    const ending = 'console.log(JSON.stringify([process.version, await smoke(process.argv[2])]))'
    await writeFile(file, `${await bundled('./smoke.ts')}\n${ending}\n`)
    const { stdout } = await run(join(node.path, 'bin', 'node'), [file, sandbox.issuer], { timeout: 60_000, env: {} })
    const [version, passed] = JSON.parse(stdout) as [string, string[]]
    assert.match(version, new RegExp(`^v${major}\\.`))
    assert.equal(passed.length, expected)
    t.diagnostic(`${version}: ${passed.join('; ')}`)
  })
}
