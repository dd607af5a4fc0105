import { gzipSync } from 'node:zlib'
import { build } from 'vite'

/** A program as a bundler makes it: minified, with what it does not use left out. */
export interface Bundle {
  readonly code: string
  readonly gzip: number
  /** Bytes of source by module before minification, the largest first. */
  readonly modules: readonly (readonly [id: string, bytes: number])[]
}

/** Bundles a program for the `platform`; packages of Node itself stay outside. */
export async function bundle(program: string, platform: 'neutral' | 'node' = 'neutral'): Promise<Bundle> {
  const entry = '\0program'
  const outputs = await build({
    root: new URL('..', import.meta.url).pathname,
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: platform === 'node' ? ['source', 'node'] : ['source'] },
    ...(platform === 'node' ? { ssr: { noExternal: true } } : {}),
    build: {
      write: false,
      minify: true,
      target: 'es2024',
      ...(platform === 'node' ? { ssr: true } : {}),
      rolldownOptions: { input: entry, platform, preserveEntrySignatures: 'strict', output: { codeSplitting: false } },
    },
    plugins: [
      {
        name: 'program',
        resolveId: (id) => (id === entry ? entry : undefined),
        load: (id) => (id === entry ? program : undefined),
      },
    ],
  })
  const [output] = Array.isArray(outputs) ? outputs : [outputs]
  if (output === undefined || !('output' in output)) throw new Error('the bundler gave nothing')
  const chunks = output.output.filter((file) => file.type === 'chunk')
  const code = chunks.map((chunk) => chunk.code).join('\n')
  const modules = chunks
    .flatMap((chunk) => Object.entries(chunk.modules).map(([id, { renderedLength }]) => [id, renderedLength] as const))
    .sort((a, b) => b[1] - a[1])
  return { code, gzip: gzipSync(code, { level: 9 }).length, modules }
}
