import { ActionIcon, Menu } from '@mantine/core'
import { IconLanguage } from '@tabler/icons-react'
import { languageName, languageTags } from './languages.ts'
import { bestLanguage } from './preference.ts'
import { useLanguage, useSpeak, useTexts } from './speaking.tsx'

/** The languages by their own names, as entries of a menu. */
export function LanguageItems() {
  const texts = useTexts('shell')
  const { tag: spoken } = useLanguage()
  const speak = useSpeak()
  return (
    <>
      <Menu.Label>{texts.language}</Menu.Label>
      <Menu.RadioGroup value={spoken} onChange={(chosen) => speak(bestLanguage([chosen]))}>
        {languageTags.map((tag) => (
          <Menu.RadioItem key={tag} value={tag} lang={tag} closeMenuOnClick>
            {languageName(tag)}
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
    </>
  )
}

/** A menu of its own, for the pages before sign-in. */
export function LanguageMenu() {
  const texts = useTexts('shell')
  return (
    <Menu position="bottom-end" width={180}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={texts.language}>
          <IconLanguage size={20} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <LanguageItems />
      </Menu.Dropdown>
    </Menu>
  )
}
