/**
 * The second step of `npm run build`: the JavaScript of core, as one file with all of the main entry and a small one for
 * each public entry, which shares it.
 * The declarations beside it come from `tsc -b` (docs/adr/0005-core-is-published-bundled.md).
 */
import { globSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'vite'
import { entriesOf } from '../tools/source/entries.ts'
import { type Package, readPackages, repositoryRoot } from '../tools/source/workspace.ts'

/** Packages of many files that programs import when they start. The others stay as the compiler writes them. */
const bundled = ['core']

/** Writes the package's JavaScript to `to`, in place of what is there. Declarations and other files stay. */
export async function bundlePackage(each: Package, to: string): Promise<void> {
  const src = join(repositoryRoot, each.path, 'src/')
  const sources = entriesOf(each).map(({ source }) => join(repositoryRoot, source))
  // What another entry alone uses lies in its own folder.
  const others = sources.map(dirname).filter((folder) => !src.startsWith(folder))
  const inMain = (id: string): boolean => id.startsWith(src) && !others.some((folder) => id.startsWith(`${folder}/`))
  for (const old of globSync('**/*.js', { cwd: to })) rmSync(join(to, old))
  await build({
    root: join(repositoryRoot, each.path),
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir: to,
      emptyOutDir: false,
      copyPublicDir: false,
      // Who steps into it reads our names and comments; who bundles a program minifies that.
      minify: false,
      target: 'es2024',
      lib: {
        entry: Object.fromEntries(sources.map((file) => [file.slice(src.length).replace(/\.ts$/, ''), file])),
        formats: ['es'],
      },
      rolldownOptions: {
        // What the package depends on is installed beside it.
        external: /^[^./]/,
        output: {
          entryFileNames: '[name].js',
          chunkFileNames: '[name].js',
          codeSplitting: { groups: [{ name: 'shared', test: (id) => inMain(id) && !sources.includes(id) }] },
        },
      },
    },
  })
}

if (import.meta.main) {
  for (const each of readPackages(repositoryRoot)) {
    if (bundled.includes(each.folder)) await bundlePackage(each, join(repositoryRoot, each.path, 'dist'))
  }
}
