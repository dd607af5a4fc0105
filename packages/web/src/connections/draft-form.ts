import type { UseFormReturnType } from '@mantine/form'
import type { ConnectionDraft } from './connection-draft.ts'

export type DraftForm = UseFormReturnType<ConnectionDraft>
