import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react'
import { type Language, type LanguageTag, loadLanguage, markPage, type Texts } from './languages.ts'
import { rememberLanguage } from './preference.ts'

interface Spoken {
  readonly language: Language
  readonly speak: (tag: LanguageTag) => void
}

const Context = createContext<Spoken | undefined>(undefined)

/** Says everything below it in one language, from the one that it begins with until another is chosen. */
export function Speaking({ first, children }: { first: Language; children: ReactNode }) {
  const [language, setLanguage] = useState(first)
  const speak = useCallback((tag: LanguageTag) => {
    rememberLanguage(tag)
    void loadLanguage(tag).then((chosen) => {
      markPage(chosen)
      setLanguage(chosen)
    })
  }, [])
  const spoken = useMemo(() => ({ language, speak }), [language, speak])
  return <Context value={spoken}>{children}</Context>
}

function useSpoken(): Spoken {
  const spoken = useContext(Context)
  if (!spoken) throw new Error('Nothing above this says in which language')
  return spoken
}

/** The language of the page, and how another is chosen. */
export const useLanguage = (): Language => useSpoken().language
export const useSpeak = (): ((tag: LanguageTag) => void) => useSpoken().speak

/** One part of what the page says, in its language. */
export function useTexts<Part extends keyof Texts>(part: Part): Texts[Part] {
  return useSpoken().language.texts[part]
}
