import { Anchor, Stack, Text } from '@mantine/core'
import type { Removal } from '../api/types.ts'
import type { Language } from '../languages/languages.ts'
import { tell } from './tell.ts'

/** Says that something is gone; and when the provider may still hold it, that, and where it ends, until it was read. */
export function tellRemoved(removed: string, provider: string, removal: Removal | undefined, language: Language): void {
  const texts = language.texts.shared
  if (removal === undefined) {
    tell({ message: removed }, language)
    return
  }
  const { page, detail, advice } = removal.still_at_provider
  tell(
    {
      color: 'orange',
      autoClose: false,
      role: 'alert',
      title: `${removed} ${texts.stillThere({ provider })}`,
      message: (
        <Stack gap={4}>
          <Text size="sm">{detail}</Text>
          <Text size="sm">{advice}</Text>
          {page && (
            <Anchor size="sm" href={page} target="_blank" rel="noreferrer">
              {texts.endItThere({ provider })}
            </Anchor>
          )}
        </Stack>
      ),
    },
    language,
  )
}
