import { providerTexts } from '@evergrant/providers'
import type { Page } from 'playwright-core'
import { german } from '../../server/src/languages/german.ts'
import { translationsOf } from '../../server/src/languages/languages.ts'
import { german as germanPages } from '../../server/src/pages/languages/german.ts'
import { de } from '../src/languages/de.ts'
import type { Plural } from '../src/languages/words.ts'

/** Every text of a page that a person sees or hears, apart from what is there to be copied. */
export function textsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found = new Set<string>()
    const take = (text: string | null | undefined) => {
      const tidy = text?.replace(/\s+/g, ' ').trim()
      if (tidy) found.add(tidy)
    }
    const heard = (element: Element) =>
      element.checkVisibility({ checkOpacity: false }) &&
      element.closest('code, pre, svg > :not(title), [aria-hidden=true]') === null
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const { parentElement } = node
      if (parentElement && !/^(?:SCRIPT|STYLE|NOSCRIPT)$/.test(parentElement.tagName) && heard(parentElement))
        take(node.nodeValue)
    }
    for (const element of document.body.querySelectorAll('[aria-label], [placeholder], [title], [alt]')) {
      if (!heard(element)) continue
      for (const name of ['aria-label', 'placeholder', 'title', 'alt']) take(element.getAttribute(name))
    }
    for (const field of document.body.querySelectorAll<HTMLInputElement>('input[readonly], input[role=combobox]'))
      take(field.value)
    take(document.title)
    return [...found]
  })
}

type Group = { readonly [key: string]: string | Plural | Group }

function* leaves(group: Group): Generator<string> {
  for (const entry of Object.values(group)) {
    if (typeof entry === 'string') yield entry
    else yield* leaves(entry as Group)
  }
}

/** What the pages say that the server makes, with `{names}` where a value is filled in. */
function pageTexts(): string[] {
  const { words, failures, connected, incomplete, pending, another, wrongAccount, other, otherBrowser, adminConsent } =
    germanPages
  const filled = [
    connected('{account}', '{connection}'),
    incomplete('{account}', ['{permissions}']),
    pending({ account: '{account}', by: '{by}', without: [], addedFor: undefined }),
    pending({ account: '{account}', by: '{by}', without: ['{permissions}'], addedFor: '{wanted}' }),
    another('{account}', '{wanted}'),
    wrongAccount('{used}', '{expected}'),
    other({ message: '{message}', advice: '{advice}' }),
  ]
  const pages = [...Object.values(failures), ...filled, otherBrowser, adminConsent]
  return [...Object.values(words), ...pages.flatMap(({ title, happened, help }) => [title, happened, help])]
}

/** Numbers, times, addresses and names of machines: the same in every language, or written by Intl. */
const NEUTRAL = [
  /^[^\p{L}]*$/u,
  // Addresses, ids, scopes, codes: one word that is none of a language.
  /^\S*[\d_/:@.=+~{}-]\S*$/u,
  /^[A-Z]{2,5}$/,
]

/** What Intl writes in German. */
const TIMES = [
  /^(?:vor|in) \d+ (?:Sekunde|Minute|Stunde|Tag)(?:n|e|en)?$/,
  /^(?:gestern|vorgestern|morgen|übermorgen)$/,
  /^\d{1,2}\.\d{1,2}\.\d{4}(?:,? \d{2}:\d{2}(?::\d{2})?)?$/,
  /^\d{1,3}(?:,\d+)? Sek\.$/,
]

interface Form {
  readonly matches: RegExp
  readonly weight: number
}

/**
 * Tells what of a page is neither German of ours nor what somebody else wrote. What is filled into a text is looked at the same way, so
 * that nothing hides in a placeholder.
 */
export async function foreignTo(theirs: readonly (string | RegExp)[]): Promise<(text: string) => string[]> {
  const ours = [
    ...leaves(de as unknown as Group),
    ...[...translationsOf(german)].map(([, said]) => said),
    ...((await providerTexts('de'))?.values() ?? []),
    ...pageTexts(),
    'Deutsch',
    'English',
  ]
  const whole = new Set(ours)
  const forms: Form[] = ours
    .filter((text) => /\{\w+\}/.test(text) && /\p{L}{2}/u.test(text.replace(/\{\w+\}/g, '')))
    .map((text) => {
      const parts = text.split(/\{\w+\}/)
      const escaped = parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      return { matches: new RegExp(`^${escaped.join('(.*?)')}$`, 's'), weight: parts.join('').length }
    })
    .sort((one, other) => other.weight - one.weight)
  const patterns = [...NEUTRAL, ...TIMES, ...theirs.filter((one) => one instanceof RegExp)]

  const isNeutral = (text: string) => patterns.some((one) => one.test(text))
  const foreign = (text: string, depth = 0): string[] => {
    // A heading does without the full stop of its sentence.
    if (text === '' || whole.has(text) || whole.has(`${text}.`) || theirs.includes(text) || isNeutral(text)) return []
    if (text.split(' ').every(isNeutral)) return []
    if (depth > 6) return [text]
    let least = [text]
    const better = (rest: string[]) => {
      if (rest.join('').length < least.join('').length) least = rest
      return rest.length === 0
    }
    for (const { matches } of forms) {
      const found = matches.exec(text)
      if (found !== null && better(found.slice(1).flatMap((value) => foreign(value.trim(), depth + 1)))) return []
    }
    // Several texts with a sign or a space between them.
    for (const { index, 0: sign } of text.matchAll(/(?<=[.!?:“]) | · |, | – |: | \(/g)) {
      const parts = [text.slice(0, index), text.slice(index + sign.length)]
      if (better(parts.flatMap((part) => foreign(part, depth + 1)))) return []
    }
    for (const { index } of text.matchAll(/ /g)) {
      if (whole.has(text.slice(index + 1)) && better(foreign(text.slice(0, index), depth + 1))) return []
    }
    const bare = text.replace(/^[\s(:·,„“–•]+|[\s):·,.„“–]+$/g, '')
    if (bare !== text && better(foreign(bare, depth + 1))) return []
    return least
  }
  return (text) => foreign(text)
}
