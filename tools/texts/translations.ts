/** A catalogue: texts, texts by plural form, and groups of them. */
export type Entry = string | { readonly [key: string]: Entry }

const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort()

/** What is wrong with a translation, as sentences: keys that differ, `{names}` that differ, plural forms that are missing. */
export function translationFaults(original: Entry, translation: Entry, language: string, at = ''): string[] {
  if (typeof original === 'string') {
    if (typeof translation !== 'string') return [`${at}: is one text`]
    const [wanted, had] = [placeholders(original).join(', '), placeholders(translation).join(', ')]
    return wanted === had ? [] : [`${at}: has {${had}} where the original has {${wanted}}`]
  }
  if (typeof translation === 'string') return [`${at}: is several texts`]
  if (typeof original['other'] === 'string') return pluralFaults(original['other'], translation, language, at)
  const keys = new Set([...Object.keys(original), ...Object.keys(translation)])
  return [...keys].flatMap((key) => {
    const [one, other] = [original[key], translation[key]]
    const path = at === '' ? key : `${at}.${key}`
    if (other === undefined) return [`${path}: is missing`]
    if (one === undefined) return [`${path}: is not in the original`]
    return translationFaults(one, other, language, path)
  })
}

function pluralFaults(original: string, translation: Exclude<Entry, string>, language: string, at: string): string[] {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories
  // The number itself may be a word in a form that stands for one number only.
  const wanted = (form: string) => placeholders(original).filter((name) => form === 'other' || name !== 'count')
  return forms.flatMap((form) => {
    const text = translation[form]
    if (typeof text !== 'string') return [`${at}.${form}: is missing, and this language has that form`]
    const had = placeholders(text).filter((name) => form === 'other' || name !== 'count')
    return had.join() === wanted(form).join()
      ? []
      : [`${at}.${form}: has {${had}} where the original has {${wanted(form)}}`]
  })
}

/** What is wrong with texts by their English: `{names}` that differ or are torn apart, and texts that are empty. */
export function textFaults(texts: readonly (readonly [english: string, translated: string])[]): string[] {
  return texts.flatMap(([english, translated]) => {
    if (translated.trim() === '') return [`"${english}": is empty`]
    // Nothing tells where one value ends and the next one begins: they are said as one.
    const torn = (english.match(/(?:\{\w+\}){2,}/g) ?? []).filter((values) => !translated.includes(values))
    return [
      ...translationFaults(english, translated, '', `"${english}"`),
      ...torn.map((values) => `"${english}": ${values} belong together`),
    ]
  })
}

/** Keys of the given groups that no source mentions. */
export function unusedKeys(groups: { readonly [group: string]: Entry }, sources: string): string[] {
  return Object.entries(groups).flatMap(([group, entry]) =>
    typeof entry === 'string'
      ? []
      : Object.keys(entry)
          .filter((key) => !new RegExp(`\\.${key}\\b`).test(sources))
          .map((key) => `${group}.${key}`),
  )
}
