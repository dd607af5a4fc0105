import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** Core and the smoke suite as one ES module, resolved as for no runtime in particular. */
export async function bundled(entry: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    root: fileURLToPath(new URL('.', import.meta.url)),
    resolve: { conditions: ['source'] },
    build: {
      write: false,
      minify: false,
      target: 'es2023',
      lib: { entry: fileURLToPath(new URL(entry, import.meta.url)), formats: ['es'] },
    },
  })
  const [output] = [built].flat()
  if (output === undefined || !('output' in output)) throw new Error('the bundler made nothing')
  const chunks = output.output.flatMap((part) => (part.type === 'chunk' ? [part] : []))
  if (chunks.length !== 1) throw new Error(`the bundler made ${chunks.length} chunks`)
  return chunks[0]?.code ?? ''
}
