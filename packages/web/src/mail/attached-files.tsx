import { ActionIcon, Button, FileButton, Group, Stack, Text } from '@mantine/core'
import { IconPaperclip, IconX } from '@tabler/icons-react'
import { useLanguage, useTexts } from '../languages/speaking.tsx'
import { sizeText } from './size-text.ts'

/** Octets of all files together; the server takes no more. */
const MOST = 10_000_000

export const tooMuch = (files: readonly File[]): boolean => files.reduce((sum, { size }) => sum + size, 0) > MOST

interface Props {
  files: readonly File[]
  onChange: (files: readonly File[]) => void
}

/** The files that go with a mail. */
export function AttachedFiles({ files, onChange }: Props) {
  const texts = useTexts('mail')
  const { tag } = useLanguage()
  return (
    <Stack gap={4} align="flex-start">
      {files.map((file) => (
        <Group key={`${file.name} ${file.size} ${file.lastModified}`} gap="xs" wrap="nowrap">
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {file.name}{' '}
            <Text span size="sm" c="dimmed">
              {sizeText(file.size, tag)}
            </Text>
          </Text>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={texts.removeFile({ name: file.name })}
            onClick={() => onChange(files.filter((one) => one !== file))}
          >
            <IconX size={15} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      {tooMuch(files) && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {texts.attachedTooMuch({ most: sizeText(MOST, tag) })}
        </Text>
      )}
      <FileButton multiple onChange={(added) => onChange([...files, ...added])}>
        {(button) => (
          <Button {...button} variant="default" size="xs" leftSection={<IconPaperclip size={15} aria-hidden />}>
            {texts.attach}
          </Button>
        )}
      </FileButton>
    </Stack>
  )
}
