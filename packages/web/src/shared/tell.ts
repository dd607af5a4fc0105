import { type NotificationData, notifications } from '@mantine/notifications'
import type { Language } from '../languages/languages.ts'
import { useLanguage } from '../languages/speaking.tsx'

/** Says shortly, above the page, that something was done. */
export function tell(said: NotificationData, { texts }: Pick<Language, 'texts'>): void {
  notifications.show({ color: 'evergreen', closeButtonProps: { 'aria-label': texts.shared.close }, ...said })
}

/** The same in the language of the page. */
export function useTell(): (message: string, more?: Partial<NotificationData>) => void {
  const language = useLanguage()
  return (message, more) => tell({ message, ...more }, language)
}
