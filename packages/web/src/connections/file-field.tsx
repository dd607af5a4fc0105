import { Button, FileButton, Text } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconFileCode } from '@tabler/icons-react'
import { type DragEvent, useEffect, useRef, useState } from 'react'
import type { Provider } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { CodeBlock } from '../shared/code-block.tsx'
import { Notice } from '../shared/notice.tsx'
import type { DraftForm } from './draft-form.ts'
import classes from './file-field.module.css'
import {
  draftFromFile,
  foreignHost,
  MOST_IN_FILE,
  parametersFromFile,
  type RegistrationFile,
  readRegistration,
} from './registration-file.ts'

interface Props {
  form: DraftForm
  provider: Provider
  redirectUri: string | undefined
  /** Hears the secret of the file, which is not to be shown. */
  onSecret: (secret: string) => void
}

interface Read {
  readonly name: string
  readonly wrong?: string
  readonly file?: RegistrationFile
  readonly taken?: string
}

/** Fills the form in from the file that the console hands out. It is read here; only what is saved goes to the server. */
export function FileField({ form, provider, redirectUri, onSecret }: Props) {
  const texts = useTexts('connections')
  const [read, setRead] = useState<Read>()
  const [over, setOver] = useState(false)
  const reset = useRef<() => void>(null)
  useKeptPage()

  const take = async (chosen: File | null | undefined) => {
    if (!chosen) return
    const { name } = chosen
    reset.current?.()
    const file = chosen.size > MOST_IN_FILE ? 'large' : readRegistration(await chosen.text())
    if (typeof file === 'string') return setRead({ name, wrong: texts.fileWrong[file] })
    const host = foreignHost(file, provider)
    if (host !== undefined) return setRead({ name, wrong: texts.fileOther({ host, provider: provider.name }) })
    const draft = draftFromFile(file, provider)
    const parameters = parametersFromFile(file, provider)
    form.setValues({ ...draft, parameters: { ...form.values.parameters, ...parameters } })
    form.clearErrors()
    if (file.client_secret !== undefined) onSecret(file.client_secret)
    const taken = [
      texts.clientId,
      draft.client_secret === undefined ? undefined : texts.clientSecret,
      draft.secret_expires ? texts.secretExpiry : undefined,
      draft.client_auth === undefined ? undefined : texts.clientAuth,
      draft.issuer === undefined ? undefined : texts.issuer,
      ...provider.parameters.filter(({ name }) => name in parameters).map(({ title }) => title),
    ].filter((one) => one !== undefined)
    setRead({ name, file, taken: taken.join(', ') })
  }
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    void take(event.dataTransfer.files[0])
  }
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is for the mouse; the button does the same by keyboard */}
      <div
        className={classes.zone}
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <FileButton resetRef={reset} accept="application/json,.json" onChange={(file) => void take(file)}>
          {(props) => (
            <Button {...props} variant="default" leftSection={<IconFileCode size={17} aria-hidden />}>
              {texts.file}
            </Button>
          )}
        </FileButton>
        <Text size="sm" c="dimmed" className={classes.words}>
          {texts.fileHelp}
        </Text>
      </div>
      {read && <Outcome read={read} redirectUri={redirectUri} />}
    </>
  )
}

function Outcome({
  read: { name, wrong, file, taken = '' },
  redirectUri,
}: {
  read: Read
  redirectUri: string | undefined
}) {
  const texts = useTexts('connections')
  if (wrong !== undefined) {
    return (
      <Notice tone="bad" icon={IconAlertTriangle} title={texts.fileNotTaken({ file: name })} role="alert">
        <Text size="sm">{wrong}</Text>
      </Notice>
    )
  }
  const registered = redirectUri !== undefined && file?.redirect_uris?.includes(redirectUri)
  const missing = file?.redirect_uris !== undefined && redirectUri !== undefined && !registered && !file.desktop
  const loopback = redirectUri !== undefined && /^http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost)[:/]/.test(redirectUri)
  const desktop = file?.desktop === true && !loopback
  return (
    <Notice
      tone={missing || desktop ? 'warn' : 'good'}
      icon={missing || desktop ? IconAlertTriangle : IconCircleCheck}
      title={texts.fileTaken({ file: name, fields: taken })}
      role="status"
    >
      {desktop ? (
        <Text size="sm">{texts.fileDesktop}</Text>
      ) : registered ? (
        <Text size="sm">{texts.fileRedirectThere}</Text>
      ) : missing ? (
        <>
          <Text size="sm" mb="xs">
            {texts.fileRedirectMissing}
          </Text>
          <CodeBlock label={texts.redirectUriToAdd} text={redirectUri} wrap />
        </>
      ) : null}
    </Notice>
  )
}

/** A file that is dropped beside the field would take the place of the page, and of all that was entered. */
function useKeptPage(): void {
  useEffect(() => {
    const keep = (event: globalThis.DragEvent) => event.preventDefault()
    window.addEventListener('dragover', keep)
    window.addEventListener('drop', keep)
    return () => {
      window.removeEventListener('dragover', keep)
      window.removeEventListener('drop', keep)
    }
  }, [])
}
