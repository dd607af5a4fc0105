/**
 * `npm run check` › texts: nothing that people read stands outside of the catalogues, each language has all of it, and none says
 * "1 seconds".
 */
import { errorCatalogue } from '@evergrant/core'
import {
  adviceFamilies,
  adviceFile,
  guideFile,
  guideNames,
  providerDefinition,
  providerIds,
  providerTexts,
  textLanguages,
} from '@evergrant/providers'
import { sentences } from '../packages/server/src/accounts/sentences.ts'
import { german } from '../packages/server/src/languages/german.ts'
import { translationsOf } from '../packages/server/src/languages/languages.ts'
import type { ServerWords } from '../packages/server/src/languages/server-words.ts'
import { refusals } from '../packages/server/src/problem.ts'
import { de } from '../packages/web/src/languages/de.ts'
import { en } from '../packages/web/src/languages/en.ts'
import type { English } from '../packages/web/src/languages/languages.ts'
import { type Finding, report } from './finding.ts'
import { listFiles, readText, repositoryRoot } from './source/workspace.ts'
import { bareUnits } from './texts/bare-units.ts'
import { literalTexts } from './texts/literal-texts.ts'
import { type MessageTemplate, messageTemplates, normal } from './texts/message-templates.ts'
import { textFaults, translationFaults, unusedKeys } from './texts/translations.ts'

interface Translated {
  readonly language: string
  readonly catalogue: English
  readonly server: ServerWords
}

const translated: readonly Translated[] = [{ language: 'de', catalogue: de, server: german }]

/** Groups whose keys are names that the server uses, and no property of the code. */
const BY_NAME = new Set([
  'who',
  'states',
  'flags',
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
const serverFolder = 'packages/server/src/languages'
const providerFolder = 'packages/providers/languages'

/** The catalogues themselves. */
const CATALOGUES = /\/web\/src\/languages\/[a-z]{2}\.ts$/

/** Where people read what stands in the code. */
const SPEAKING = [
  'packages/web/src/**/*.ts',
  'packages/web/src/**/*.tsx',
  'packages/server/src/pages/*.ts',
  'packages/server/src/routes/callback/*.ts',
]

/** Where messages are made that the page can show: what the server does by itself, and the engine for it. */
const TELLING = [
  'packages/server/src/{accounts,audit,connections,contract,links,mail,notices,security,sign-in,routes,webhooks}/**/*.ts',
  'packages/server/src/{forbidden-field,page-cursor,problem,text-guard,unready,validation-sentence}.ts',
  'packages/server/src/sandbox/mount-sandbox.ts',
  // The stores that the server has; what they say while it starts is for whoever starts it.
  'packages/server/src/db/{postgres-failure,postgres,sqlite}.ts',
  'packages/stores/src/{sqlite,postgres,record-text,stored-grant,given-up}.ts',
  'packages/stores/src/{sqlite,postgres}/failure.ts',
  'packages/core/src/store/sealed.ts',
  'packages/core/src/seal/{cipher,data-keys,keyring,sealed-text}.ts',
  'packages/core/src/{answer,check,grant}/**/*.ts',
  'packages/core/src/client/{authentication,client,credential}.ts',
  'packages/core/src/http/{ask,host-breaker,secure-url,transport-error}.ts',
  'packages/core/src/protocol/{client-credentials,discovery,decrypted,id-token,metadata-failure,provider-keys,refresh,token-hash,user-info}.ts',
  'packages/core/src/provider/{region,resolve}.ts',
  'packages/core/src/{counted,detachable}.ts',
  'packages/providers/src/provider.ts',
  'packages/mail/src/{clients,discovery,sign-in,wire}/**/*.ts',
]

/** Of those, what only a program meets: one that uses the library, one that a webhook calls, or the one that starts the server. */
const FOR_PROGRAMS =
  /notices\/mail-sender|core\/src\/grant\/(?:await-consent|backchannel|device|given-token|provided-token|engine|poll|admin-consent)/

async function checkTexts(root: string): Promise<{ findings: Finding[]; files: number }> {
  const files = listFiles(root, SPEAKING).filter((file) => !CATALOGUES.test(file))
  const sources = files.map((file) => ({ file, text: readText(root, file) ?? '' }))
  const literal = sources.flatMap(({ file, text }) => literalTexts(file, text))
  const everywhere = listFiles(root, ['packages/*/src/**/*.ts', 'packages/*/src/**/*.tsx'])
  const bare = everywhere.flatMap((file) => bareUnits(file, readText(root, file) ?? ''))
  const told = (file: string, rule: string) => (message: string) => ({ rule, file, message })
  const groups = Object.fromEntries(Object.entries(en).filter(([group]) => !BY_NAME.has(group)))
  const unused = unusedKeys(groups, sources.map(({ text }) => text).join('\n'))
  const telling = listFiles(root, TELLING)
    .filter((file) => !FOR_PROGRAMS.test(file))
    .map((file) => ({ file, text: readText(root, file) ?? '' }))
  const messages = telling.flatMap(({ file, text }) => messageTemplates(file, text))
  const code = telling.map(({ text }) => text).join('\n')
  const ofProviders = await providerEnglish()
  const faultsOfProviders = await Promise.all(
    textLanguages.map(async (language) => {
      const had = Object.fromEntries((await providerTexts(language)) ?? [])
      return providerFaults(ofProviders, had).map(told(`${providerFolder}/${language}`, 'translation'))
    }),
  )
  return {
    findings: [
      ...literal,
      ...bare,
      ...unused.map((key) => told(`${folder}/en.ts`, 'unused-text')(`${key}: nothing says it`)),
      ...translated.flatMap(({ language, catalogue, server }) => [
        ...translationFaults(en, catalogue, language).map(told(`${folder}/${language}.ts`, 'translation')),
        ...serverFaults(server).map(told(serverFolder, 'translation')),
        ...orphanMessages(server, code).map(told(serverFolder, 'unused-text')),
        ...missingMessages(messages, server, [
          ...ofProviders,
          ...Object.values(errorCatalogue).map(({ advice }) => advice),
        ]),
      ]),
      ...faultsOfProviders.flat(),
    ],
    files: files.length + telling.length,
  }
}

function serverFaults({ problems, sentences: said, messages }: ServerWords): string[] {
  const codes = [...Object.keys(errorCatalogue), ...Object.keys(refusals)]
  return [
    ...differences('problems', codes, problems),
    ...differences('sentences', Object.keys(sentences), said),
    ...textFaults(Object.entries(messages)),
  ]
}

/** Messages in the code that this language does not have. */
function missingMessages(
  messages: readonly MessageTemplate[],
  words: ServerWords,
  others: readonly string[],
): Finding[] {
  const known = new Set([...translationsOf(words)].map(([english]) => normal(english)))
  for (const text of others) known.add(normal(text))
  return messages
    .filter(({ text }) => !known.has(text))
    .map(({ text, file, line }) => ({ rule: 'translation', file, line, message: `"${text}" is said in English only` }))
}

/** Messages of this language whose English nothing says any more. */
function orphanMessages({ messages }: ServerWords, code: string): string[] {
  const plain = code.replace(/\\(['`])/g, '$1')
  return Object.keys(messages)
    .filter(
      (english) =>
        !english.split(/\{\w+\}/).every((part) => part.split(', ').every((words) => plain.includes(words.trim()))),
    )
    .map((english) => `messages: nothing says "${english}"`)
}

/** Every text for people in the data of the providers. */
async function providerEnglish(): Promise<string[]> {
  const advice = await Promise.all(adviceFamilies.map(async (family) => (await adviceFile(family))?.rules ?? []))
  const guides = await Promise.all(guideNames.map(guideFile))
  const entries = await Promise.all(providerIds().map(providerDefinition))
  const generic = await providerDefinition('generic')
  return [
    generic.name,
    ...advice.flat().map((rule) => rule.advice),
    ...guides.flatMap(({ title, steps }) => [title, ...steps.map(({ text }) => text)]),
    ...entries.flatMap(({ features = [], parameters = {}, notes = [], status_note, refresh }) => [
      ...features.map(({ title }) => title),
      ...Object.values(parameters).flatMap(({ title, help }) => [title, ...(help === undefined ? [] : [help])]),
      ...notes,
      ...(status_note === undefined ? [] : [status_note]),
      ...(refresh?.testing === undefined ? [] : [refresh.testing.advice]),
    ]),
  ]
}

function providerFaults(english: readonly string[], had: Readonly<Record<string, string>>): string[] {
  const patterns = Object.keys(had)
    .filter((key) => /\{\w+\}/.test(key))
    .map((key) => ({ key, matches: patternOf(key) }))
  const used = new Set<string>()
  const missing = [...new Set(english)].filter((text) => {
    if (Object.hasOwn(had, text)) {
      used.add(text)
      return false
    }
    const found = patterns.find(({ matches }) => matches.test(text))
    if (found !== undefined) used.add(found.key)
    return found === undefined
  })
  return [
    ...missing.map((text) => `"${text}" is missing`),
    ...Object.keys(had)
      .filter((key) => !used.has(key))
      .map((key) => `"${key}": the data have no such text`),
    ...textFaults(Object.entries(had)),
  ]
}

function patternOf(text: string): RegExp {
  const parts = text.split(/\{\w+\}/).map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${parts.join('.+')}$`, 's')
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

const { findings, files } = await checkTexts(repositoryRoot)
report(findings, `texts of ${translated.length + 1} languages, and ${files} files that show them`)
