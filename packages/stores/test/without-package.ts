import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '..')

/** Runs a module where a package is not installed; resolves with the error it ends with. */
export async function withoutPackage(name: string, code: string): Promise<{ code: string; message: string }> {
  const text = `
    import { registerHooks } from 'node:module'
    registerHooks({
      resolve(specifier, context, next) {
        if (specifier === ${JSON.stringify(name)}) specifier = 'not-installed-anywhere'
        return next(specifier, context)
      },
    })
    try {
      ${code.replace(/^\s*import (.*) from (.*)$/gm, 'const $1 = await import($2)')}
      console.log('{}')
    } catch ({ code, message }) {
      console.log(JSON.stringify({ code, message }))
    }`
  const flags = ['--conditions=source', '--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', text]
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined }
  const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: root, env })
  return JSON.parse(stdout)
}
