/** `npm run check` › texts: nothing that people read stands outside of the catalogues, and each language has all of it. */
import { errorCatalogue } from '@evergrant/core'
import { sentences } from '../packages/server/src/accounts/sentences.ts'
import { refusals } from '../packages/server/src/problem.ts'
import { de } from '../packages/web/src/languages/de.ts'
import { deServer } from '../packages/web/src/languages/de-server.ts'
import { en } from '../packages/web/src/languages/en.ts'
import type { English } from '../packages/web/src/languages/languages.ts'
import type { ServerWords } from '../packages/web/src/languages/server-words.ts'
import { type Finding, report } from './finding.ts'
import { listFiles, readText, repositoryRoot } from './source/workspace.ts'
import { literalTexts } from './texts/literal-texts.ts'
import { translationFaults, unusedKeys } from './texts/translations.ts'

interface Translated {
  readonly language: string
  readonly catalogue: English
  readonly server: ServerWords
}

const translated: readonly Translated[] = [{ language: 'de', catalogue: de, server: deServer }]

/** Groups whose keys are names that the server uses, and no property of the code. */
const BY_NAME = new Set([
  'who',
  'states',
  'scopes',
  'history',
  'clientAuth',
  'roles',
  'auditActions',
  'signInRefusals',
  'webhookEvents',
  'deliveryStates',
  'noticeKinds',
])

const folder = 'packages/web/src/languages'

/** The catalogues themselves. */
const CATALOGUES = /\/web\/src\/languages\/[a-z]{2}(?:-server)?\.ts$/

/** Where people read what stands in the code. */
const SPEAKING = [
  'packages/web/src/**/*.ts',
  'packages/web/src/**/*.tsx',
  'packages/server/src/pages/*.ts',
  'packages/server/src/routes/callback/*.ts',
]

function checkTexts(root: string): { findings: Finding[]; files: number } {
  const files = listFiles(root, SPEAKING).filter((file) => !CATALOGUES.test(file))
  const sources = files.map((file) => ({ file, text: readText(root, file) ?? '' }))
  const literal = sources.flatMap(({ file, text }) => literalTexts(file, text))
  const told = (file: string, rule: string) => (message: string) => ({ rule, file: `${folder}/${file}`, message })
  const groups = Object.fromEntries(Object.entries(en).filter(([group]) => !BY_NAME.has(group)))
  const unused = unusedKeys(groups, sources.map(({ text }) => text).join('\n'))
  return {
    findings: [
      ...literal,
      ...unused.map((key) => told('en.ts', 'unused-text')(`${key}: nothing says it`)),
      ...translated.flatMap(({ language, catalogue, server }) => [
        ...translationFaults(en, catalogue, language).map(told(`${language}.ts`, 'translation')),
        ...serverFaults(server).map(told(`${language}-server.ts`, 'translation')),
      ]),
    ],
    files: files.length,
  }
}

function serverFaults({ problems, sentences: said }: ServerWords): string[] {
  const codes = [...Object.keys(errorCatalogue), ...Object.keys(refusals)]
  const names = Object.keys(sentences).filter((name) => name !== 'end_it_there')
  return [...differences('problems', codes, problems), ...differences('sentences', names, said)]
}

function differences(group: string, wanted: readonly string[], had: Readonly<Record<string, unknown>>): string[] {
  const known = new Set(wanted)
  return [
    ...wanted.filter((name) => !Object.hasOwn(had, name)).map((name) => `${group}.${name}: is missing`),
    ...Object.keys(had)
      .filter((name) => !known.has(name))
      .map((name) => `${group}.${name}: the server has none of this name`),
  ]
}

const { findings, files } = checkTexts(repositoryRoot)
report(findings, `texts of ${translated.length + 1} languages, and ${files} files that show them`)
